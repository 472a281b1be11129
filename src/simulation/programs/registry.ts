import { hashOf } from '../../lib/hash.ts';

/** Without a tag an image is `latest`; a port in the registry's name isn't a tag. With a digest its tag says nothing. */
export function splitImage(reference: string): { repository: string; tag: string; digest?: string } {
  const [name = '', digest] = reference.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  return {
    repository: hasTag ? name.slice(0, colon) : name,
    tag: hasTag ? name.slice(colon + 1) : 'latest',
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The digest of an image, made up but always the same. */
export function digestOf(repository: string, tag: string): string {
  return `sha256:${hashOf({ repository, tag }, 64)}`;
}

/** A name without a registry is one of Docker Hub's, and there without an owner one of its library. */
export function fullRepository(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return repository;
  return rest.length === 0 ? `docker.io/library/${repository}` : `docker.io/${repository}`;
}

/** As a container runtime writes it: with its registry, and with what names the image in there. */
export function fullImage(image: string): string {
  const { repository, tag, digest } = splitImage(image);
  return digest === undefined ? `${fullRepository(repository)}:${tag}` : `${fullRepository(repository)}@${digest}`;
}

export function registryOf(repository: string): string {
  return fullRepository(repository).split('/')[0] ?? '';
}

/** What is asked of a registry. */
export interface Asked {
  repository: string;
  /** Or the digest. */
  tag: string;
}

const denied = 'pull access denied, repository does not exist or may require authorization';

/** What a container runtime says about a registry that doesn't give it the image. */
export const refusals = {
  noCredentials: () => `${denied}: authorization failed: no basic auth credentials`,
  wrongCredentials: (asked: Asked) => `unexpected status from HEAD request to ${manifestUrl(asked)}: 401 Unauthorized`,
  /** Docker Hub doesn't tell what is missing from what is private. */
  unknownToHub: () => `${denied}: server message: insufficient_scope: authorization failed`,
  notListening: (asked: Asked) => {
    const host = hostOf(asked.repository);
    return unanswered(asked, `dial tcp ${addressOf(host)}: connect: connection refused`);
  },
  noSuchHost: (asked: Asked) => {
    const host = hostOf(asked.repository).replace(/:\d+$/, '');
    if (host === 'localhost' || host.startsWith('127.')) return refusals.notListening(asked);
    if (/^[\d.]+$/.test(host)) return unanswered(asked, `dial tcp ${addressOf(hostOf(asked.repository))}: i/o timeout`);
    return unanswered(asked, `dial tcp: lookup ${host} on 127.0.0.53:53: no such host`);
  },
};

function addressOf(host: string): string {
  const address = host.replace(/^localhost/, '127.0.0.1');
  return address.includes(':') ? address : `${address}:443`;
}

function unanswered(asked: Asked, why: string): string {
  return `failed to do request: Head "${manifestUrl(asked)}": ${why}`;
}

function manifestUrl({ repository, tag }: Asked): string {
  const path = fullRepository(repository).slice(registryOf(repository).length + 1);
  return `https://${hostOf(repository)}/v2/${path}/manifests/${tag}`;
}

function hostOf(repository: string): string {
  const registry = registryOf(repository);
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}
