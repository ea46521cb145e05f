"""A Modbus server on pymodbus 3, for interop tests: every register holds its address plus 1000, every third bit is set.

Usage: /usr/bin/python3 pymodbus-server.py tcp PORT | rtu-tcp PORT
Prints "ready" when it listens. Answers unit 1 only and is silent to all others.
"""

import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

SIZE = 3_000


def context():
    # The data block counts from 1 where the wire counts from 0.
    words = [address + 1_000 for address in range(-1, SIZE)]
    bits = [address % 3 == 0 for address in range(-1, SIZE)]
    unit = ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, list(bits)),
        di=ModbusSequentialDataBlock(0, list(bits)),
        hr=ModbusSequentialDataBlock(0, list(words)),
        ir=ModbusSequentialDataBlock(0, list(words)),
    )
    return ModbusServerContext(slaves={1: unit}, single=False)


async def main():
    framer = {"tcp": ModbusSocketFramer, "rtu-tcp": ModbusRtuFramer}[sys.argv[1]]
    server = asyncio.ensure_future(
        StartAsyncTcpServer(
            context=context(),
            address=("127.0.0.1", int(sys.argv[2])),
            framer=framer,
            ignore_missing_slaves=True,
        )
    )
    await asyncio.sleep(0.5)
    print("ready", flush=True)
    await server


asyncio.run(main())
