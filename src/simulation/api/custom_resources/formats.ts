import { isIP } from 'node:net';

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const duration = /^-?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w|\s?(seconds?|minutes?|hours?|days?|weeks?))+$/;

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': text => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
  date: text => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  byte: text => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  cidr: text => /^[^/]+\/\d{1,3}$/.test(text) && isIP(text.split('/')[0] ?? '') !== 0,
  duration: text => duration.test(text) || /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text),
  email: text => /^[^\s@]+@[^\s@]+$/.test(text),
  hostname: text =>
    text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i.test(text),
  ipv4: text => isIP(text) === 4,
  ipv6: text => isIP(text) === 6,
  uri: text => URL.canParse(text),
  uuid: text => uuid.test(text),
  uuid3: text => uuid.test(text),
  uuid4: text => uuid.test(text),
  uuid5: text => uuid.test(text),
};

/** Formats that a server doesn't know are no restriction. */
export function fitsFormat(format: string, text: string): boolean {
  return formats[format]?.(text) ?? true;
}
