const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domain = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\\d+)?';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const wellFormed = new RegExp(
  `^(?:${domain}/)?${component}(?:/${component})*(?::\\w[\\w.-]{0,127})?(?:@(${digest}))?$`,
);

/** How many hexadecimal digits a digest has, by its algorithm. */
const lengths: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128 };

/** What is wrong with the name of an image, in the words of the library that everybody parses them with. */
export function whyInvalid(image: string): string | undefined {
  if (/^[0-9a-f]{64}$/.test(image)) {
    return `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`;
  }
  const remainder = withoutRegistry(image);
  const [name = ''] = remainder.split(':');
  if (name !== name.toLowerCase()) return `invalid reference format: repository name (${name}) must be lowercase`;
  const [, digested] = wellFormed.exec(image) ?? ['', null];
  if (digested === null) return 'invalid reference format';
  return digested && whyNoDigest(digested);
}

/** The part before the first slash is a registry when it looks like a host; Docker's own may be left out. */
function withoutRegistry(image: string): string {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(0, slash));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (isHost) return image.slice(slash + 1);
  return slash < 0 ? `library/${image}` : image;
}

function whyNoDigest(text: string): string | undefined {
  const [algorithm = '', digits = ''] = text.split(':');
  const length = lengths[algorithm];
  if (length === undefined) return 'unsupported digest algorithm';
  if (digits.length !== length) return 'invalid checksum digest length';
  return digits === digits.toLowerCase() ? undefined : 'invalid checksum digest format';
}
