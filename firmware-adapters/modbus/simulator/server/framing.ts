/** One request as it came in, without its framing. `transactionId` is Modbus TCP's; 0 on serial lines. */
export interface Request {
  readonly transactionId: number;
  readonly unitId: number;
  readonly pdu: Buffer;
}

/** Cuts a byte stream into requests, one object a connection, and frames answers. */
export interface Framing {
  /** @returns the requests that `bytes` complete, or `lost` where the stream can never be understood again. */
  push(bytes: Buffer): readonly Request[] | "lost";
  /** The line has been silent: what is half there will never be whole. @returns a request that only silence ends. */
  endOfSilence(): readonly Request[];
  encode(answer: Request): Buffer;
}
