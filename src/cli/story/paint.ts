import { styleText } from 'node:util';

export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'warning' | 'accent';

/** Gives a text its colour, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const formats = {
  plain: 'none',
  strong: 'bold',
  faint: 'dim',
  good: 'green',
  bad: 'red',
  warning: 'yellow',
  accent: 'cyan',
} as const;

/** Colours when the stream is a terminal that takes them; NO_COLOR and FORCE_COLOR are honoured by Node. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (tone, text) => (text === '' ? '' : styleText(formats[tone], text, { stream }));
}

export const noPaint: Paint = (_tone, text) => text;
