/** An answer that no chat completion can need: the rest is not read. */
const largestAnswer = 8 * 1024 * 1024;

/**
 * `fetch` that has read the whole body, up to a bound, before it resolves. The `openai` client stops its timer when the
 * headers arrive, and reads an error's body without any: this way one timer covers the exchange.
 */
export async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (!response.body) return response;
  const body = await readUpTo(response.body, largestAnswer);
  const { status, statusText, headers } = response;
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

async function readUpTo(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > limit) throw new AnswerTooLarge(limit);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';

  constructor(limit: number) {
    super(`expected an answer of at most ${limit} bytes, got more`);
  }
}
