/** A text that is no protobuf. */
export class WireProblem extends Error {
  override readonly name = 'WireProblem';
}

/** One field of a protobuf message: a number, or the bytes of a text, a message or a double. */
export interface WireField {
  number: number;
  value: bigint | Buffer;
}

/** The fields of a message in the order in which they were written. */
export function fieldsOf(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new WireProblem('unexpected EOF');
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, result);
    }
    throw new WireProblem('proto: integer overflow');
  };
  const bytes = (length: number): Buffer => {
    if (at + length > message.length) throw new WireProblem('unexpected EOF');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = varint();
    fields.push({ number: Number(tag >> 3n), value: contentOf(Number(tag & 7n)) });
  }
  return fields;

  function contentOf(wireType: number): bigint | Buffer {
    if (wireType === 0) return varint();
    if (wireType === 1) return bytes(8);
    if (wireType === 2) return bytes(Number(varint()));
    if (wireType === 5) return bytes(4);
    throw new WireProblem(`proto: illegal wireType ${wireType}`);
  }
}

export function numberIn({ value }: WireField): number {
  if (typeof value !== 'bigint') throw new WireProblem('proto: wrong wireType');
  return Number(BigInt.asIntN(64, value));
}

export function bytesIn({ value }: WireField): Buffer {
  if (typeof value === 'bigint') throw new WireProblem('proto: wrong wireType');
  return value;
}
