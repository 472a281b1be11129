import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** A room imports only from rooms of lower ranks, and from itself. Rooms of one rank don't know each other. */
const ranks: Record<string, number> = {
  lib: 0,
  kubernetes: 1,
  model: 1,
  alerts: 1,
  alertmanager: 2,
  actions: 2,
  incidents: 3,
  durable: 4,
  tools: 4,
  investigation: 5,
  guard: 5,
  execution: 5,
  verification: 5,
  'pipeline.ts': 6,
  intake: 6,
  'approval.ts': 6,
  'guard_request.ts': 6,
  'retention.ts': 6,
  'senses.ts': 6,
  'incident_care.ts': 7,
  'stages.ts': 7,
  simulation: 6,
  config: 7,
  'config.ts': 8,
  server: 7,
  'app.ts': 8,
  'settings.ts': 9,
  'composition.ts': 9,
  'lab.ts': 10,
  'service.ts': 10,
  eval: 11,
  cli: 12,
  'main.ts': 13,
  'alertwright.js': 14,
};

/** Where the ranks alone would allow too much (`only`), or a little too little (`also`). */
const exceptions: { from: string; to: string; why: string; allowed: (imported: Import) => boolean }[] = [
  {
    from: 'execution',
    to: 'guard',
    why: 'execution takes a Permit',
    allowed: ({ file, typeOnly }) => file === 'src/guard/permit.ts' && typeOnly,
  },
  {
    from: 'tools',
    to: 'durable',
    why: 'what tools of others said about themselves is kept in the store',
    allowed: ({ file, typeOnly }) => file === 'src/durable/tool_pins.ts' && typeOnly,
  },
  { from: 'pipeline.ts', to: 'approval.ts', why: 'an approval is no stage', allowed: ({ typeOnly }) => typeOnly },
  {
    from: 'simulation',
    to: 'kubernetes',
    why: 'the wire types and quantities are shared, the port is not',
    allowed: ({ file }) =>
      ['src/kubernetes/objects.ts', 'src/kubernetes/quantity.ts'].includes(file) ||
      file.startsWith('src/kubernetes/kinds/'),
  },
];

const closedDoors: { from: string; to: string; why: string; allowed?: (imported: Import) => boolean }[] = [
  { from: 'investigation', to: 'kubernetes', why: 'an investigation sees the cluster through tools only' },
  { from: 'guard', to: 'durable', why: 'the guard imports no port' },
  { from: 'guard', to: 'tools', why: 'the guard imports no port' },
  { from: 'guard', to: 'model', why: 'the guard imports no port' },
  {
    from: 'guard',
    to: 'kubernetes',
    why: 'the guard imports no port',
    allowed: ({ file }) => file === 'src/kubernetes/objects.ts',
  },
  ...[
    'model',
    'alerts',
    'actions',
    'incidents',
    'durable',
    'tools',
    'investigation',
    'guard',
    'execution',
    'verification',
  ].map(to => ({ from: 'simulation', to, why: 'the embedded cluster stands beside the product' })),
  ...['pipeline.ts', 'intake', 'server'].map(from => ({
    from,
    to: 'simulation',
    why: 'only the composition knows the embedded cluster',
  })),
];

interface Import {
  importer: string;
  file: string;
  typeOnly: boolean;
}

const files = ['src/**/*.{ts,js}', 'eval/**/*.ts'].flatMap(pattern => globSync(pattern, { cwd: root })).sort();
const text = new Map(files.map(file => [file, readFileSync(join(root, file), 'utf8')]));
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const statements = text
    .get(file)!
    .matchAll(
      /(?:import|export)\s+(type\s+)?([^'";]*?\sfrom\s+)?['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/g,
    );
  return [...statements].map(([, typeOnly, names = '', path, lazy]) => ({
    importer: file,
    file: relative(root, resolve(root, dirname(file), path ?? lazy!)),
    typeOnly: typeOnly !== undefined || onlyTypes(names),
  }));
}

/** `import { type A, type B }` imports no value either. */
function onlyTypes(names: string): boolean {
  const list = (/\{([^}]*)\}/.exec(names)?.[1] ?? '').split(',').map(name => name.trim());
  const named = list.filter(Boolean);
  return named.length > 0 && named.every(name => name.startsWith('type '));
}

function roomOf(file: string): string {
  const [top, second = ''] = file.split('/');
  return top === 'eval' ? 'eval' : second;
}

test('there is something to look at', () => {
  expect(files.length).toBeGreaterThan(60);
  expect(imports.length).toBeGreaterThan(200);
  expect(files.map(roomOf).filter(room => ranks[room] === undefined)).toEqual([]);
});

test('every relative import leads to a file of ours', () => {
  const wrong = imports.filter(
    ({ file }) => !text.has(file) && !(file.endsWith('.json') && existsSync(join(root, file))),
  );
  expect(wrong.map(({ importer, file }) => `${importer} -> ${file}`)).toEqual([]);
});

test('rooms import only from lower ranks', () => {
  const wrong = imports.filter(imported => {
    const [from, to] = [roomOf(imported.importer), roomOf(imported.file)];
    if (from === to) return false;
    const exception = exceptions.find(rule => rule.from === from && rule.to === to);
    if (exception) return !exception.allowed(imported);
    const closed = closedDoors.find(door => door.from === from && door.to === to);
    if (closed) return !closed.allowed?.(imported);
    return ranks[to]! >= ranks[from]!;
  });
  expect(wrong.map(({ importer, file }) => `${importer} -> ${file}`)).toEqual([]);
});

test('inside the embedded cluster everybody sees the API through its client', () => {
  const open = ['client.ts', 'log_text.ts', 'status_error.ts'].map(name => `src/simulation/api/${name}`);
  const wrong = imports.filter(
    ({ importer, file }) =>
      importer.startsWith('src/simulation/') &&
      !importer.startsWith('src/simulation/api/') &&
      !['src/simulation/embedded_cluster.ts', 'src/simulation/guest_cluster.ts'].includes(importer) &&
      file.startsWith('src/simulation/api/') &&
      !open.includes(file),
  );
  const outward = imports.filter(
    ({ importer, file }) =>
      importer.startsWith('src/simulation/api/') &&
      file.startsWith('src/simulation/') &&
      !file.startsWith('src/simulation/api/'),
  );
  expect([...wrong, ...outward].map(({ importer, file }) => `${importer} -> ${file}`)).toEqual([]);
});

test('only the guard mints a Permit', () => {
  const casts = files.filter(file => /as\s+(unknown\s+as\s+)?Permit\b|<Permit>/.test(text.get(file)!));
  expect(casts).toEqual(['src/guard/permit.ts']);
});

test('only execution writes to a cluster', () => {
  const writers = files.filter(
    file => /\bClusterWriter\b/.test(text.get(file)!) && !file.startsWith('src/kubernetes/'),
  );
  expect(writers.filter(file => !file.startsWith('src/execution/'))).toEqual([]);
});

test('time and the environment have one door each', () => {
  const clocks = /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(/;
  const timed = files.filter(file => clocks.test(text.get(file)!));
  expect(timed).toEqual(['src/lib/clock.ts', 'src/lib/virtual_clock.ts']);
  const environment = files.filter(file => /process\.env\b/.test(text.get(file)!));
  expect(environment).toEqual(['src/config.ts']);
});

test('no file is longer than one can read in one go', () => {
  expect(files.filter(file => text.get(file)!.split('\n').length > 300)).toEqual([]);
});
