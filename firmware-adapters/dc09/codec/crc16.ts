const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** One more byte of a CRC-16 with polynomial 0x8005 reflected; DC-09 begins with 0 and inverts nothing. */
export function crc16Step(crc: number, byte: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
}

/** The CRC of a DC-09 message: over everything from its first quote to before its carriage return. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = crc16Step(crc, byte);
  return crc;
}
