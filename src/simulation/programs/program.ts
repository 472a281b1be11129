import { z } from 'zod';
import { Amount, Quantity } from './amount.ts';
import { Requests } from './requests.ts';

/**
 * What an image contains, described well enough that a container of it succeeds or fails for a reason that lies in the
 * world: its command, its settings, its memory, the services it needs.
 *
 * Lines that a program writes may hold `{placeholders}`: `{pod}`, `{env.NAME}`, and in a refusal the offending
 * `{setting}` and `{value}`, in a dependency's lines `{host}`, `{port}` and `{error}`.
 */

const Port = z.int().min(1).max(65535);
const Line = z.string().max(2000);

const Answer = z.strictObject({
  from: Amount.default(0).describe('seconds after the start from which it answers so'),
  status: z.int().min(100).max(599).describe('the HTTP status'),
});

const HttpPath = z.strictObject({
  path: z.string().startsWith('/').describe('the path, without a query'),
  answers: z
    .array(Answer)
    .min(1)
    .default([{ from: 0, status: 200 }])
    .describe('of the answers that have begun, the last one counts'),
  reflectsDependencies: z
    .boolean()
    .default(false)
    .describe('answers 503 while a dependency that is marked `unready` is missing'),
});

const Listener = z.strictObject({
  port: z
    .union([
      Port,
      z.strictObject({
        setting: z.string().describe('the environment variable that names the port'),
        default: Port.describe('the port without it'),
      }),
    ])
    .describe('where it listens'),
  tls: z.boolean().default(false).describe('speaks HTTPS, and refuses plain HTTP'),
  http: z
    .array(HttpPath)
    .default([])
    .describe('what it serves over HTTP; any other path is a 404. Without paths it speaks something else'),
});
export type Listener = z.infer<typeof Listener>;

const Setting = z.strictObject({
  name: z.string().describe('the environment variable, or the key in `file`'),
  file: z
    .string()
    .startsWith('/')
    .optional()
    .describe('a file mounted from a ConfigMap, with lines `NAME: value` or `NAME=value`'),
  required: z.boolean().default(true).describe('whether a missing value is refused'),
  pattern: z.string().optional().describe('a regular expression that the whole value has to match'),
  oneOf: z.array(z.string()).optional().describe('the values that it takes'),
  min: z
    .number()
    .optional()
    .describe('least number, also of bytes (`512Mi`) or of seconds (`30s`, `5m`); what is no number is refused'),
  max: z.number().optional().describe('greatest number, likewise'),
  refused: z
    .strictObject({
      lines: z.array(Line).min(1).describe('what it writes; may hold `{setting}` and `{value}`'),
      exitCode: z.int().min(1).max(255).default(1).describe('how it ends'),
    })
    .describe('what happens when the value is missing or not accepted'),
});
export type Setting = z.infer<typeof Setting>;

const HeldSetting = z.strictObject({
  name: z.string().describe('an environment variable with an amount of bytes'),
  factor: z.number().min(0).default(1).describe('how much of it is held'),
  default: Quantity.default('0').describe('what counts without it'),
});

const Memory = z.strictObject({
  base: Quantity.describe('what it needs from the start'),
  perSecond: Quantity.optional().describe('what it takes in addition every second'),
  growsTo: Quantity.optional().describe('where that ends; otherwise it never does'),
  setting: HeldSetting.optional().describe('a setting such as a cache size that it needs in addition'),
});

const Disk = z.strictObject({
  base: Quantity.default('0').describe('what it writes at once'),
  perSecond: Quantity.optional().describe('what it writes in addition every second'),
  growsTo: Quantity.optional().describe('where that ends; otherwise it never does'),
  path: z.string().startsWith('/').optional().describe('where; on a mounted volume it counts against that'),
});

const Dependency = z.strictObject({
  address: z
    .union([
      z.string(),
      z.strictObject({
        setting: z.string().describe('the environment variable that holds the address'),
        default: z.string().optional().describe('the address without it'),
      }),
    ])
    .describe('`postgres.shop.svc:5432` or `https://payments.example`'),
  whenMissing: z
    .enum(['exit', 'unready', 'log'])
    .describe('what it does without it: end, fail its readiness, or only complain'),
  patience: z.number().min(0).default(5).describe('seconds without an answer before a program that exits does so'),
  every: z.number().min(1).default(10).describe('seconds between two looks, which is also how often it complains'),
  lines: z
    .strictObject({
      missing: z.array(Line).default([]).describe('its complaint; may hold `{host}`, `{port}` and `{error}`'),
      back: z.array(Line).default([]).describe('what it says when the dependency is back'),
    })
    .prefault({})
    .describe('what it writes about it'),
  exitCode: z.int().min(1).max(255).default(1).describe('how a program that exits ends'),
  calls: z.number().min(0).default(0).describe('how many calls to it a request makes that the program serves'),
  timeout: z.number().positive().default(5).describe('seconds after which such a call is given up'),
  retries: z.int().min(0).max(10).default(0).describe('how often a call that failed is tried again'),
  onFailure: z
    .enum(['fail', 'degrade'])
    .default('fail')
    .describe('what becomes of a request whose call failed: it fails as well, or is answered without'),
});
export type Dependency = z.infer<typeof Dependency>;

const Exit = z.strictObject({
  after: Amount.describe('seconds after the start'),
  code: z.int().min(0).max(255).describe('its exit code'),
  lines: z.array(Line).default([]).describe('what it writes last'),
});

const Stop = z.strictObject({
  after: z.number().min(0).describe('seconds that it takes to stop'),
  code: z.int().min(0).max(255).describe('its exit code then'),
});

const Lines = z.strictObject({
  start: z.array(Line).default([]).describe('written when it starts'),
  ready: z.array(Line).default([]).describe('written when it listens'),
  running: z
    .array(
      z.strictObject({
        line: Line.describe('the line'),
        every: z.number().min(1).describe('seconds from one to the next'),
      }),
    )
    .default([])
    .describe('written again and again while it runs and is ready to serve'),
  stop: z.array(Line).default([]).describe('written when it is asked to stop'),
});

/** What one command of a program does from start to end. */
const Behaviour = z.strictObject({
  startsIn: z
    .number()
    .min(0)
    .default(0.2)
    .describe('seconds from the start until it listens; longer when its CPU limit is below its need'),
  listens: z.array(Listener).default([]).describe('where it listens, and what it answers'),
  settings: z.array(Setting).default([]).describe('what it reads when it starts, and what it accepts'),
  memory: Memory.prefault({ base: '16Mi' }).describe('what it needs; above the limit of its container it is killed'),
  disk: Disk.optional().describe('what it leaves on the disk of its node; nothing without it'),
  cpu: Quantity.default('10m').describe('cores that it would use without any request if nobody held it back'),
  requests: Requests.prefault({}).describe('what it takes to answer a request'),
  dependsOn: z.array(Dependency).default([]).describe('other services that it talks to'),
  exits: Exit.optional().describe('how it ends by itself; otherwise it runs until it is stopped'),
  stops: z
    .union([z.literal('ignores'), Stop])
    .default({
      after: 0.1,
      code: 0,
    })
    .describe('what it does when it is asked to stop'),
  lines: Lines.prefault({}).describe('what it writes to its log'),
});
export type Behaviour = z.infer<typeof Behaviour>;

const Image = z.strictObject({
  repository: z.string().describe('with its registry: `registry.example/shop/catalog`'),
  tags: z.array(z.string()).min(1).describe('the tags that exist; any other one can not be pulled'),
  sizeBytes: z.int().positive().default(48_000_000).describe('its size, which decides how long a pull takes'),
  architectures: z.array(z.string()).min(1).default(['amd64', 'arm64']).describe('the machines that it was built for'),
  private: z
    .strictObject({
      username: z.string().min(1).describe('who may pull it'),
      password: z.string().min(1).describe('with which password'),
    })
    .optional()
    .describe('who may pull it; otherwise anybody'),
  user: z
    .union([z.int().min(0), z.string()])
    .default(0)
    .describe('whom it runs as, by number or by name; 0 is root'),
});

export const Program = z.strictObject({
  name: z.string().describe('what the scenario calls it'),
  image: Image.describe('where it is found'),
  entrypoint: z.string().startsWith('/').describe('what runs when the container names no command'),
  executables: z
    .array(z.string().startsWith('/'))
    .default([])
    .describe('other files that can be run, and do no more than end with code 0 (exec probes)'),
  behaviour: Behaviour.prefault({}).describe('what the entrypoint does when its first argument is none of `commands`'),
  commands: z.record(z.string(), Behaviour).default({}).describe('what it does otherwise, by its first argument'),
});
export type Program = z.infer<typeof Program>;
export type ProgramInput = z.input<typeof Program>;
