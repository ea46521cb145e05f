"""A pymodbus 3 server that says what it is, for interop tests.

Usage: /usr/bin/python3 pymodbus-identity.py tcp PORT | rtu-tcp PORT
Prints "ready" when it listens. Answers unit 5 only and is silent to all others.
"""

import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server import StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer


async def main():
    framer = {"tcp": ModbusSocketFramer, "rtu-tcp": ModbusRtuFramer}[sys.argv[1]]
    unit = ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0] * 100))
    identity = ModbusDeviceIdentification(info_name={
        "VendorName": "Pymodbus",
        "ProductCode": "PM",
        "MajorMinorRevision": "3.0",
    })
    server = asyncio.ensure_future(
        StartAsyncTcpServer(
            context=ModbusServerContext(slaves={5: unit}, single=False),
            identity=identity,
            address=("127.0.0.1", int(sys.argv[2])),
            framer=framer,
            ignore_missing_slaves=True,
        )
    )
    await asyncio.sleep(0.5)
    print("ready", flush=True)
    await server


asyncio.run(main())
