import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../src/lib/package_root.ts';

/**
 * Runs the demo and draws what it printed as an SVG: `npm run record`. Nothing in the picture is made by hand.
 */

interface Style {
  colour: string;
  bold: boolean;
  dim: boolean;
}

const columns = 100;
const cell = { width: 8.4, height: 19 };
const margin = 18;
const titleBar = 34;
const plain: Style = { colour: '#c9d1d9', bold: false, dim: false };
const dimmed = '#8b949e';
const styling = new RegExp(`${String.fromCharCode(27)}\\[([\\d;]*)m`);

const colours: Record<number, string> = {
  30: '#6e7681',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  37: '#c9d1d9',
  90: '#8b949e',
  91: '#ffa198',
  92: '#7ee787',
  93: '#e3b341',
  94: '#79c0ff',
  95: '#d2a8ff',
  96: '#76e3ea',
  97: '#ffffff',
};

const recorded = await record(['demo', '--once']);
const file = join(packageRoot, 'docs', 'demo.svg');
writeFileSync(file, draw('npm run demo -- --once', recorded));
console.log(`docs/demo.svg: ${recorded.length} lines`);

async function record(args: string[]): Promise<string[]> {
  const { NO_COLOR: _, ...environment } = process.env;
  const child = spawn(process.execPath, [join(packageRoot, 'src', 'alertwright.js'), ...args], {
    env: { ...environment, FORCE_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`expected the demo to end with 0, got ${code}`);
  return printed.trimEnd().split('\n');
}

function draw(title: string, lines: readonly string[]): string {
  const width = Math.round(columns * cell.width + 2 * margin);
  const height = Math.round(titleBar + lines.length * cell.height + 2 * margin);
  const rows = lines.map((line, row) => {
    const y = Math.round(titleBar + margin + (row + 0.75) * cell.height);
    return `<text x="${margin}" y="${y}">${spans(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A recording of ${title}">
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="17" r="5" fill="#ff5f57"/><circle cx="38" cy="17" r="5" fill="#febc2e"/><circle cx="56" cy="17" r="5" fill="#28c840"/>
<text x="${width / 2}" y="22" text-anchor="middle" fill="#8b949e">${escaped(title)}</text>
${rows.join('\n')}
</svg>
`;
}

/** A line with ANSI colours as SVG; spaces keep their width, so columns stay columns. */
function spans(line: string): string {
  const pieces = line.split(styling);
  let style = plain;
  let column = 0;
  return pieces
    .map((piece, index) => {
      if (index % 2 === 1) {
        style = restyled(style, piece.split(';').map(Number));
        return '';
      }
      if (piece === '') return '';
      const x = (margin + column * cell.width).toFixed(1);
      column += [...piece].length;
      return `<tspan x="${x}" fill="${style.dim ? dimmed : style.colour}"${style.bold ? ' font-weight="bold"' : ''}>${escaped(piece)}</tspan>`;
    })
    .join('');
}

function restyled(style: Style, codes: readonly number[]): Style {
  let now = style;
  for (const code of codes) now = code === 0 ? plain : { ...now, ...changeOf(code) };
  return now;
}

function changeOf(code: number): Partial<Style> {
  if (code === 1) return { bold: true };
  if (code === 2) return { dim: true };
  if (code === 22) return { bold: false, dim: false };
  if (code === 39) return { colour: plain.colour };
  const colour = colours[code];
  return colour ? { colour } : {};
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
}
