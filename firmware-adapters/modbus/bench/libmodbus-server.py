"""A Modbus TCP server on Debian's libmodbus, for tests and benchmarks: every register holds its address plus 1000.

Usage: /usr/bin/python3 libmodbus-server.py PORT       (0 = any free port; the port is printed on one line)
       /usr/bin/python3 libmodbus-server.py --rtu PATH (a serial line at 9600 8N1, unit 1)
"""

import ctypes
import socket
import sys
import threading

BITS = 2_000
REGISTERS = 10_000
MAX_ADU = 260


class Mapping(ctypes.Structure):
    """modbus_mapping_t of libmodbus 3.1."""

    _fields_ = [
        ("nb_bits", ctypes.c_int),
        ("start_bits", ctypes.c_int),
        ("nb_input_bits", ctypes.c_int),
        ("start_input_bits", ctypes.c_int),
        ("nb_input_registers", ctypes.c_int),
        ("start_input_registers", ctypes.c_int),
        ("nb_registers", ctypes.c_int),
        ("start_registers", ctypes.c_int),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    ]


def load():
    """libmodbus with the signatures that ctypes cannot guess."""
    try:
        library = ctypes.CDLL("libmodbus.so.5")
    except OSError as error:
        sys.exit(f"libmodbus: {error} (Debian package libmodbus5)")
    library.modbus_new_tcp.argtypes = [ctypes.c_char_p, ctypes.c_int]
    library.modbus_new_tcp.restype = ctypes.c_void_p
    library.modbus_new_rtu.restype = ctypes.c_void_p
    library.modbus_new_rtu.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char, ctypes.c_int, ctypes.c_int]
    library.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    library.modbus_set_slave.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.modbus_connect.argtypes = [ctypes.c_void_p]
    library.modbus_set_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.modbus_receive.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.modbus_reply.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(Mapping)]
    return library


def numbered_mapping(library):
    mapping = library.modbus_mapping_new(BITS, BITS, REGISTERS, REGISTERS)
    for address in range(REGISTERS):
        mapping.contents.tab_registers[address] = address + 1_000
        mapping.contents.tab_input_registers[address] = address + 1_000
    for address in range(BITS):
        mapping.contents.tab_bits[address] = 1 if address % 3 == 0 else 0
        mapping.contents.tab_input_bits[address] = 1 if address % 3 == 0 else 0
    return mapping


def serve(library, context, mapping):
    """Answers until the master goes away."""
    query = ctypes.create_string_buffer(MAX_ADU)
    while True:
        length = library.modbus_receive(context, query)
        if length == -1:
            return
        if length > 0:
            library.modbus_reply(context, query, length, mapping)


def serve_connection(library, connection, mapping):
    # libmodbus waits and answers outside Python's lock, so a thread a master costs none of them anything.
    context = library.modbus_new_tcp(b"127.0.0.1", 0)
    library.modbus_set_socket(context, connection.fileno())
    serve(library, context, mapping)
    connection.close()


def main():
    library = load()
    mapping = numbered_mapping(library)
    if sys.argv[1] == "--rtu":
        context = library.modbus_new_rtu(sys.argv[2].encode(), 9600, b"N", 8, 1)
        library.modbus_set_slave(context, 1)
        if library.modbus_connect(context) != 0:
            sys.exit(f"cannot open {sys.argv[2]}")
        print("ready", flush=True)
        while True:
            serve(library, context, mapping)
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve_connection, args=(library, connection, mapping), daemon=True).start()


main()
