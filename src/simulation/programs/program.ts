import { z } from 'zod';

/**
 * What an image contains, described well enough that a container of it succeeds or fails for a reason that lies in the
 * world: its command, its settings, its memory, the services it needs.
 *
 * Lines that a program writes may hold `{placeholders}`: `{pod}`, `{env.NAME}`, and in a refusal the offending
 * `{setting}` and `{value}`, in a dependency's lines `{host}`, `{port}` and `{error}`.
 */

/** `64Mi`, `250m`, `1.5`: as Kubernetes writes quantities. */
const Quantity = z.string().regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'expected a quantity such as 64Mi or 250m');
const Port = z.int().min(1).max(65535);
const Line = z.string().max(2000);

/** A number that is fixed, or that a setting decides; a setting that isn't there and has no default means "never". */
const Amount = z.union([
  z.number().min(0),
  z.strictObject({ setting: z.string(), default: z.number().min(0).optional() }),
]);
export type Amount = z.infer<typeof Amount>;

/** Of the answers that have begun, the last one counts. Seconds run from when the program started. */
const Answer = z.strictObject({ from: Amount.default(0), status: z.int().min(100).max(599) });

const HttpPath = z.strictObject({
  path: z.string().startsWith('/'),
  answers: z
    .array(Answer)
    .min(1)
    .default([{ from: 0, status: 200 }]),
  /** Answers 503 while a dependency that is marked `unready` is missing. */
  reflectsDependencies: z.boolean().default(false),
});

const Listener = z.strictObject({
  /** The port, or the setting that names it. */
  port: z.union([Port, z.strictObject({ setting: z.string(), default: Port })]),
  /** What it serves over HTTP; any other path is a 404. A listener without paths speaks something else. */
  http: z.array(HttpPath).default([]),
});
export type Listener = z.infer<typeof Listener>;

/**
 * A setting that the program reads when it starts: an environment variable, or a line `NAME: value` or `NAME=value` of
 * a file that is mounted from a ConfigMap.
 */
const Setting = z.strictObject({
  name: z.string(),
  file: z.string().startsWith('/').optional(),
  required: z.boolean().default(true),
  pattern: z.string().optional(),
  oneOf: z.array(z.string()).optional(),
  /** Bounds of a number, of bytes (`512Mi`) or of seconds (`30s`, `5m`), all as numbers; anything else is refused. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** What happens when the value is missing or isn't acceptable. */
  refused: z.strictObject({ lines: z.array(Line).min(1), exitCode: z.int().min(1).max(255).default(1) }),
});
export type Setting = z.infer<typeof Setting>;

const Memory = z.strictObject({
  base: Quantity,
  /** Taken in addition every second, up to `growsTo` when that is given. */
  perSecond: Quantity.optional(),
  growsTo: Quantity.optional(),
  /** A setting such as a cache size, in bytes, of which `factor` is held. */
  setting: z
    .strictObject({ name: z.string(), factor: z.number().min(0).default(1), default: Quantity.default('0') })
    .optional(),
});

const Dependency = z.strictObject({
  /** `postgres.shop.svc:5432`, `https://payments.example`, or the setting that holds it. */
  address: z.union([z.string(), z.strictObject({ setting: z.string(), default: z.string().optional() })]),
  whenMissing: z.enum(['exit', 'unready', 'log']),
  /** Seconds without an answer before a program that exits does so. */
  patience: z.number().min(0).default(5),
  /** Seconds between two looks, which is also how often it complains. */
  every: z.number().min(1).default(10),
  lines: z.strictObject({ missing: z.array(Line).default([]), back: z.array(Line).default([]) }).prefault({}),
  exitCode: z.int().min(1).max(255).default(1),
});
export type Dependency = z.infer<typeof Dependency>;

/** What one command of a program does from start to end. */
const Behaviour = z.strictObject({
  /** Seconds from the start until it listens; longer when its CPU limit is below its need. */
  startsIn: z.number().min(0).default(0.2),
  listens: z.array(Listener).default([]),
  settings: z.array(Setting).default([]),
  memory: Memory.prefault({ base: '16Mi' }),
  /** Cores it would use if nobody held it back. */
  cpu: Quantity.default('10m'),
  dependsOn: z.array(Dependency).default([]),
  /** Ends by itself after so many seconds. */
  exits: z.strictObject({ after: Amount, code: z.int().min(0).max(255), lines: z.array(Line).default([]) }).optional(),
  /** What it does when it is asked to stop. */
  stops: z
    .union([z.literal('ignores'), z.strictObject({ after: z.number().min(0), code: z.int().min(0).max(255) })])
    .default({
      after: 0.1,
      code: 0,
    }),
  lines: z
    .strictObject({
      start: z.array(Line).default([]),
      ready: z.array(Line).default([]),
      /** Written again and again while it runs and is ready to serve. */
      running: z.array(z.strictObject({ line: Line, every: z.number().min(1) })).default([]),
      stop: z.array(Line).default([]),
    })
    .prefault({}),
});
export type Behaviour = z.infer<typeof Behaviour>;

export const Program = z.strictObject({
  name: z.string(),
  image: z.strictObject({
    /** With its registry: `registry.example/shop/catalog`. */
    repository: z.string(),
    tags: z.array(z.string()).min(1),
    sizeBytes: z.int().positive().default(48_000_000),
  }),
  /** What runs when the container names no command. */
  entrypoint: z.string().startsWith('/'),
  /** Other files that exist in the image and can be run, but do nothing more than end with code 0 (exec probes). */
  executables: z.array(z.string().startsWith('/')).default([]),
  /** What the entrypoint does when its first argument isn't one of `commands`. */
  behaviour: Behaviour.prefault({}),
  /** By first argument. */
  commands: z.record(z.string(), Behaviour).default({}),
});
export type Program = z.infer<typeof Program>;
export type ProgramInput = z.input<typeof Program>;
