/**
 * The body of an answer as text.
 *
 * @throws Error where it is longer than `maxBytes`; the rest is not read.
 */
export async function boundedText(answer: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`more than ${maxBytes} bytes came`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
