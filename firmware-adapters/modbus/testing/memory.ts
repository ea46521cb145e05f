/** A unit's four tables as functions, so that a test can tell from a value which register was answered. */
export interface UnitMemory {
  bit(table: "coil" | "discrete-input", address: number): boolean | undefined;
  word(table: "holding-register" | "input-register", address: number): number | undefined;
  writeCoil(address: number, value: boolean): boolean;
  writeWord(address: number, value: number): boolean;
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;

/** Every register holds its address plus 1000, every third bit is set, and what is written stays. */
export function numberedMemory(): UnitMemory & {
  readonly coils: Map<number, boolean>;
  readonly words: Map<number, number>;
} {
  const coils = new Map<number, boolean>();
  const words = new Map<number, number>();
  return {
    coils,
    words,
    bit: (table, address) => (table === "coil" ? coils.get(address) : undefined) ?? address % 3 === 0,
    word: (table, address) =>
      (table === "holding-register" ? words.get(address) : undefined) ?? (address + 1_000) & 0xffff,
    writeCoil: (address, value) => {
      coils.set(address, value);
      return true;
    },
    writeWord: (address, value) => {
      words.set(address, value);
      return true;
    },
  };
}

/** What a well-behaved unit answers: function codes 1 to 6 and 16, exceptions 1 and 2. PDUs without unit id and CRC. */
export function answer(pdu: Buffer, memory: UnitMemory): Buffer {
  const code = pdu.readUInt8(0);
  const address = pdu.readUInt16BE(1);
  switch (code) {
    case 1:
    case 2:
      return manyBits(code, address, pdu.readUInt16BE(3), memory);
    case 3:
    case 4:
      return manyWords(code, address, pdu.readUInt16BE(3), memory);
    case 5:
      return memory.writeCoil(address, pdu.readUInt16BE(3) === 0xff00) ? pdu : refusal(code, ILLEGAL_ADDRESS);
    case 6:
      return memory.writeWord(address, pdu.readUInt16BE(3)) ? pdu : refusal(code, ILLEGAL_ADDRESS);
    case 16: {
      const count = pdu.readUInt16BE(3);
      const taken = Array.from({ length: count }, (_, index) =>
        memory.writeWord(address + index, pdu.readUInt16BE(6 + index * 2)),
      );
      return taken.every(Boolean) ? pdu.subarray(0, 5) : refusal(code, ILLEGAL_ADDRESS);
    }
    default:
      return refusal(code, ILLEGAL_FUNCTION);
  }
}

/** A refusal's PDU. */
export function refusal(code: number, exceptionCode: number): Buffer {
  return Buffer.of(code | 0x80, exceptionCode);
}

function manyBits(code: 1 | 2, address: number, count: number, memory: UnitMemory): Buffer {
  const pdu = Buffer.alloc(2 + Math.ceil(count / 8));
  pdu.writeUInt8(code, 0);
  pdu.writeUInt8(pdu.length - 2, 1);
  for (let index = 0; index < count; index += 1) {
    const bit = memory.bit(code === 1 ? "coil" : "discrete-input", address + index);
    if (bit === undefined) return refusal(code, ILLEGAL_ADDRESS);
    const at = 2 + (index >> 3);
    if (bit) pdu.writeUInt8(pdu.readUInt8(at) | (1 << (index & 7)), at);
  }
  return pdu;
}

function manyWords(code: 3 | 4, address: number, count: number, memory: UnitMemory): Buffer {
  const pdu = Buffer.alloc(2 + count * 2);
  pdu.writeUInt8(code, 0);
  pdu.writeUInt8(count * 2, 1);
  for (let index = 0; index < count; index += 1) {
    const word = memory.word(code === 3 ? "holding-register" : "input-register", address + index);
    if (word === undefined) return refusal(code, ILLEGAL_ADDRESS);
    pdu.writeUInt16BE(word, 2 + index * 2);
  }
  return pdu;
}
