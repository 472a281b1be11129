import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { version } from '../lib/package_root.ts';
import { type Address, parseAddress } from '../server/address.ts';
import { reportFailure } from './failure.ts';
import { examples, exitCodeHelp, helpStyle } from './help.ts';
import { configOption, jsonOption, scenarioOption, serverOption, wholeUpTo } from './options.ts';
import { addAlerts, addIncidents } from './reading.ts';
import { addMcp, addTools } from './sensing.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets besides its own arguments. */
export interface Context {
  terminal: Terminal;
  verbose: boolean;
}

/** Runs one command line and gives the exit code. Commands are loaded when they are called. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const verbose = argv.includes('--verbose');
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram({ terminal, verbose }, code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, terminal, verbose);
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

export type Done = (code: ExitCode) => void;

function createProgram(context: Context, done: Done): Command {
  const { terminal } = context;
  const program = new Command('alertwright')
    .description('Alerts in, verified fixes out: looks into Kubernetes alerts and fixes what it can prove.')
    .version(version, '-V, --version', 'print the version')
    .option('--verbose', 'print logs and stack traces')
    .helpOption('-h, --help', 'print help')
    .configureHelp(helpStyle(terminal.paint))
    .configureOutput({
      writeOut: text => terminal.out(text.trimEnd()),
      writeErr: text => terminal.err(text.trimEnd()),
      outputError: text => {
        const [problem, ...hints] = text.trim().split('\n');
        terminal.err(problem?.replace(/^error:/, terminal.paintErr('bad', 'error:')) ?? '');
        for (const hint of hints)
          terminal.err(`${terminal.paintErr('accent', '→')} ${hint.replace(/^\((.*)\)$/, '$1')}`);
      },
    })
    .showHelpAfterError(`${terminal.paintErr('accent', '→')} See alertwright --help.`)
    .exitOverride();

  program.commandsGroup('Try it, with nothing but this machine:');
  addDemo(program, context, done);
  addReplay(program, context, done);
  addEval(program, context, done);
  addCluster(program, context, done);
  addScenario(program, context, done);
  program.commandsGroup('Run it:');
  addServe(program, context, done);
  addConfig(program, context, done);
  addMcp(program, context, done);
  program.commandsGroup('Read it:');
  addAlerts(program, context, done);
  addIncidents(program, context, done);
  addTools(program, context, done);
  program.commandsGroup('Answer it:');
  addAnswer(program, 'approve', context, done);
  addAnswer(program, 'reject', context, done);
  program.commandsGroup('Help:').helpCommand('help [command]', 'print the help of a command');
  program.addHelpText(
    'after',
    `${examples(
      ['alertwright demo', 'break a small shop and watch it being put right'],
      ['alertwright serve --config alertwright.yaml', 'take alerts from Alertmanager'],
    )}\n\n${exitCodeHelp}`,
  );
  return program;
}

function addDemo(program: Command, context: Context, done: Done): void {
  program
    .command('demo')
    .description('break something in a cluster that lives in this process, and tell how it is put right')
    .addOption(scenarioOption())
    .option('--list', 'list the scenarios')
    .option('--once', 'end with the incident; otherwise the cluster stays up for kubectl')
    .addOption(jsonOption('print the events of the incident, one a line, and nothing else; implies --once'))
    .option('--speed <n>', 'cluster seconds in a second; 0: as fast as it goes', nonNegative)
    .addHelpText(
      'after',
      examples(
        ['alertwright demo --list', 'what can go wrong'],
        ['alertwright demo --once --json | jq .type', 'the events, for a script'],
      ),
    )
    .action(async options => done(await (await import('./demo.ts')).demo(options, context)));
}

function addReplay(program: Command, context: Context, done: Done): void {
  program
    .command('replay')
    .description('feed recorded Alertmanager webhook bodies to an embedded cluster')
    .argument('<file...>', 'a body, an array of bodies, or one body a line, as JSON')
    .addOption(scenarioOption())
    .addOption(jsonOption('print the events, one a line, and nothing else'))
    .addHelpText(
      'after',
      `\nWithout --scenario all is well in the cluster, whatever the alerts say; with it, its fault has happened.\n${examples(
        ['alertwright replay alerts.json', 'what would it make of these alerts?'],
      )}`,
    )
    .action(async (files, options) => done(await (await import('./replay.ts')).replay(files, options, context)));
}

function addEval(program: Command, context: Context, done: Done): void {
  program
    .command('eval')
    .description('run scenarios with several models, and judge each by what became of the cluster')
    .option('--scenario <name...>', 'only these scenarios')
    .option('--model <model...>', 'scripted, null, always-restart, or URL#name of an OpenAI-compatible endpoint')
    .option('--trials <n>', 'how often each model meets each scenario', wholeUpTo(1000), 1)
    .addOption(jsonOption('print the report as JSON'))
    .addHelpText(
      'after',
      `\nnull does nothing and always-restart restarts whatever alerts: controls that have to fail where they should.\nThe key of an endpoint is taken from ALERTWRIGHT_MODEL_API_KEY or ALERTWRIGHT_MODEL_API_KEY_FILE.\n${examples(
        ['alertwright eval', 'the scripted diagnostician and the controls, on every scenario'],
        ['alertwright eval --model http://localhost:11434/v1#qwen3', 'a model of your own'],
      )}`,
    )
    .action(async options => done(await (await import('./eval.ts')).evaluate(options, context)));
}

function addCluster(program: Command, context: Context, done: Done): void {
  program
    .command('cluster')
    .description('run the embedded cluster alone, for kubectl and for tools of your own')
    .addOption(scenarioOption())
    .option('--well', 'let nothing go wrong; otherwise the fault happens at once')
    .option('--port <n>', 'where its API listens on 127.0.0.1; otherwise any free port', port)
    .addOption(
      new Option('--listen <host:port>', 'the same for others than this machine: 0.0.0.0:8001')
        .argParser(address)
        .conflicts('port'),
    )
    .option('--kubeconfig <file>', 'where to write a kubeconfig, which stays; otherwise to a temporary file')
    .addOption(new Option('--speed <real|n>', 'cluster seconds in a second').default(1, 'real').argParser(speed))
    .option('--alert-to <url>', 'a webhook that takes alerts as Alertmanager posts them', webUrl)
    .option('--secure', 'HTTPS, and RBAC for whoever comes with a token; otherwise everybody may do everything')
    .addOption(
      new Option('--on <kubeconfig>', 'play only the nodes, of a control plane that has none').conflicts([
        'port',
        'listen',
        'kubeconfig',
        'secure',
      ]),
    )
    .option('--really <host>', 'with --on: the API server that is meant, when it is not on this machine')
    .addOption(jsonOption('say as one line of JSON that it is ready'))
    .addHelpText(
      'after',
      `\nIt says in one line that it is ready, and goes on until Ctrl-C.\n${examples(
        ['alertwright cluster', 'the first scenario of demo --list'],
        ['alertwright cluster --scenario my.yaml --speed 20', 'a scenario of your own, in a hurry'],
        ['alertwright cluster --well --port 6443 --kubeconfig kubeconfig', 'to break it yourself'],
      )}`,
    )
    .action(async options => done(await (await import('./cluster.ts')).cluster(options, context)));
}

function addScenario(program: Command, context: Context, done: Done): void {
  const scenario = program.command('scenario').description('check a scenario of your own, and see what it can hold');
  scenario
    .command('check')
    .description('try what a scenario claims: it fires, doing nothing fails, good deeds pass, wrong ones fail')
    .argument('<scenario>', 'a name (see demo --list) or a .yaml file')
    .addOption(jsonOption('print the findings as JSON'))
    .addHelpText('after', examples(['alertwright scenario check my.yaml', 'is it fit to judge others by?']))
    .action(async (name, options) =>
      done(await (await import('./scenario.ts')).checkScenarioFile(name, options, context)),
    );
  scenario
    .command('schema')
    .description('print the JSON Schema of a scenario, for an editor')
    .action(async () => done((await import('./scenario.ts')).printScenarioSchema(context)));
}

function addServe(program: Command, context: Context, done: Done): void {
  program
    .command('serve')
    .description('take alerts from Alertmanager and look after a cluster')
    .addOption(configOption())
    .option('--listen <host:port>', 'where to listen; wins over the configuration')
    .addHelpText(
      'after',
      examples(
        ['alertwright serve --config alertwright.yaml', 'with a file'],
        ['ALERTWRIGHT_CLUSTER=embedded ALERTWRIGHT_MODEL=scripted alertwright serve', 'to try it out'],
      ),
    )
    .action(async options => done(await (await import('./serve.ts')).serve(options, context)));
}

function addConfig(program: Command, context: Context, done: Done): void {
  const config = program.command('config').description('check a configuration, and see what can be set');
  config
    .command('check')
    .description('check a file together with the environment')
    .argument('[file]', 'YAML file')
    .action(async file => done((await import('./config.ts')).checkConfig(file, context)));
  config
    .command('env')
    .description('list all keys with their environment variables and defaults')
    .action(async () => done((await import('./config.ts')).listVariables(context)));
  config
    .command('schema')
    .description('print the JSON Schema of the file')
    .action(async () => done((await import('./config.ts')).printSchema(context)));
}

function addAnswer(program: Command, verb: 'approve' | 'reject', context: Context, done: Done): void {
  program
    .command(verb)
    .description(verb === 'approve' ? 'agree to the plan of an incident' : 'refuse the plan of an incident')
    .argument('<incident>', 'its id')
    .requiredOption('--plan <hash>', 'the plan that you have read; another one is not touched')
    .option('--by <name>', 'who says so; otherwise the name of your user')
    .option('--reason <text>', 'for the record')
    .addOption(serverOption())
    .addOption(configOption())
    .action(async (incident, options) =>
      done(await (await import('./answer.ts')).answer({ incident, verb, ...options }, context)),
    );
}

function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number of at least 0.');
  return value;
}

function speed(text: string): number {
  const value = text === 'real' ? 1 : nonNegative(text);
  if (value === 0) throw new InvalidArgumentError('expected real or a number above 0.');
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('expected a port from 0 to 65535.');
  return value;
}

function address(text: string): Address {
  try {
    return parseAddress(text);
  } catch {
    throw new InvalidArgumentError('expected host:port, such as 0.0.0.0:8001.');
  }
}

function webUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('expected an http:// or https:// URL.');
  return text;
}
