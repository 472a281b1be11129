const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domain = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\\d+)?';
const wellFormed = new RegExp(
  `^(?:${domain}/)?${component}(?:/${component})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** What is wrong with the name of an image, in the words of the library that everybody parses them with. */
export function whyInvalid(image: string): string | undefined {
  if (wellFormed.test(image)) return undefined;
  const [name = ''] = image.split('@');
  const path = withoutTag(name);
  if (path !== path.toLowerCase() && !hasUpperDomainOnly(path)) {
    const full = path.includes('/') ? path.slice(domainLength(path)) : `library/${path}`;
    return `invalid reference format: repository name (${full}) must be lowercase`;
  }
  return 'invalid reference format';
}

function withoutTag(name: string): string {
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** The part before the first slash is a registry when it looks like a host. */
function domainLength(path: string): number {
  const first = path.slice(0, path.indexOf('/'));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  return isHost ? first.length + 1 : 0;
}

function hasUpperDomainOnly(path: string): boolean {
  if (!path.includes('/')) return false;
  const rest = path.slice(domainLength(path));
  return rest === rest.toLowerCase();
}
