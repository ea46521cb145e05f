import type { Socket } from "node:net";

const HEADER_BYTES = 6;
/** Unit id, function code and at most 252 bytes of data; the shortest is a refusal. */
const MIN_LENGTH = 3;
const MAX_LENGTH = 254;

/**
 * Watches that a socket carries Modbus TCP frames and nothing else.
 *
 * modbus-serial takes any two bytes for a length and waits for as many as they say, so that one burst of garbage would
 * swallow the true answers after it. Only a new connection finds the frames again.
 *
 * @param onFault  called once, with what was seen, when the stream is no Modbus TCP any more.
 * @see MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3
 */
export function watchMbap(socket: Socket, onFault: (fault: string) => void): void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let skip = 0;
  const onData = (bytes: Buffer): void => {
    let at = 0;
    while (at < bytes.length) {
      if (skip > 0) {
        const step = Math.min(skip, bytes.length - at);
        skip -= step;
        at += step;
        continue;
      }
      const step = Math.min(HEADER_BYTES - headerBytes, bytes.length - at);
      bytes.copy(header, headerBytes, at, at + step);
      headerBytes += step;
      at += step;
      if (headerBytes < HEADER_BYTES) return;
      headerBytes = 0;
      skip = header.readUInt16BE(4);
      if (header.readUInt16BE(2) !== 0 || skip < MIN_LENGTH || skip > MAX_LENGTH) {
        socket.off("data", onData);
        onFault(`not a Modbus TCP frame: ${header.toString("hex")}`);
        return;
      }
    }
  };
  socket.on("data", onData);
}
