import { isIP, isIPv4 } from 'node:net';
import type { StatusCause } from '../client.ts';
import { none, wrong } from './problem.ts';

export function ipProblems(address: string, field: string): StatusCause[] {
  if (isIP(address)) {
    const isMapped = /^::ffff:/i.test(address) && address.includes('.');
    return isMapped ? [wrong(field, address, 'must not be an IPv4-mapped IPv6 address')] : none;
  }
  if (isIPv4(withoutZeros(address))) return [wrong(field, address, 'must not have leading 0s')];
  return [wrong(field, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}

function withoutZeros(address: string): string {
  return address.replace(/\b0+(?=\d)/g, '');
}

export function cidrProblems(range: string, field: string): StatusCause[] {
  const parsed = parseCidr(range);
  if (!parsed && parseCidr(withoutZeros(range))) {
    return [wrong(field, range, 'must not have leading 0s in IP or prefix length')];
  }
  if (!parsed) return [wrong(field, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
  const isExact = parsed.address === masked(parsed.address, parsed);
  return isExact ? none : [wrong(field, range, 'must not have bits set beyond the prefix length')];
}

/** What is left out of a range lies in it, and is less than all of it. */
export function exceptionProblems(range: string, exception: string, field: string): StatusCause[] {
  const malformed = cidrProblems(exception, field);
  const [whole, part] = [parseCidr(range), parseCidr(exception)];
  if (!whole || !part) return malformed;
  const lies = whole.width === part.width && masked(part.address, whole) === masked(whole.address, whole);
  const isLess = lies && whole.bits < part.bits;
  return isLess ? malformed : [...malformed, wrong(field, exception, 'must be a strict subset of `cidr`')];
}

interface Cidr {
  address: bigint;
  bits: number;
  width: 32 | 128;
}

function parseCidr(range: string): Cidr | undefined {
  const [text = '', length = '', ...more] = range.split('/');
  const width = isIP(text) === 4 ? 32 : 128;
  if (!isIP(text) || more.length > 0 || !/^(0|[1-9]\d*)$/.test(length) || Number(length) > width) return undefined;
  return { address: width === 32 ? ofFour(text) : ofSix(text), bits: Number(length), width };
}

function masked(address: bigint, { bits, width }: Cidr): bigint {
  const rest = BigInt(width - bits);
  return (address >> rest) << rest;
}

function ofFour(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
}

function ofSix(text: string): bigint {
  const four = /(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  const low = four === undefined ? 0n : ofFour(four);
  const plain =
    four === undefined ? text : text.replace(four, `${(low >> 16n).toString(16)}:${(low & 65_535n).toString(16)}`);
  const [head = '', tail] = plain.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  const gap = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array.from({ length: gap }, () => 0n), ...last];
  return groups.reduce((sum, group) => (sum << 16n) + group, 0n);
}

function groupsOf(text: string): bigint[] {
  return text === '' ? [] : text.split(':').map(group => BigInt(`0x${group}`));
}

/** Addresses that can't lead anywhere else. */
export function unreachableProblems(address: string, field: string): StatusCause[] {
  if (address === '0.0.0.0' || address === '::')
    return [wrong(field, address, 'may not be unspecified (0.0.0.0 or ::)')];
  if (address.startsWith('127.') || address === '::1') {
    return [wrong(field, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
  }
  if (address.startsWith('169.254.') || /^fe[89ab]/i.test(address)) {
    return [wrong(field, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')];
  }
  if (address.startsWith('224.0.0.') || /^ff02:/i.test(address)) {
    return [wrong(field, address, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')];
  }
  return [];
}
