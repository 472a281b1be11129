import { type Command, Option } from 'commander';
import { examples } from './help.ts';
import { configOption, jsonOption, mostListed, serverOption, wholeUpTo } from './options.ts';
import type { Context, Done } from './program.ts';

const limitOption = () =>
  new Option('--limit <n>', 'how many at most, the newest first').argParser(wholeUpTo(mostListed)).default(50);

export function addAlerts(program: Command, context: Context, done: Done): void {
  const alerts = program
    .command('alerts')
    .description('list the alerts that a running server has heard of')
    .addOption(new Option('--status <status>', 'only those that are so').choices(['firing', 'resolved']))
    .option('--namespace <name>', 'only those in it')
    .option('--name <alertname>', 'only those of this name')
    .option('--incident <id>', 'only those that went to it')
    .addOption(limitOption())
    .addOption(jsonOption('print the alerts as JSON, one a line, and nothing else'))
    .addOption(serverOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(
        ['alertwright alerts --status firing', 'what is wrong now'],
        ['alertwright alerts rejected', 'what was sent and could not be read'],
        ['alertwright alerts --json --limit 1000 | jq -r .name | sort | uniq -c', 'which ones come most'],
      ),
    )
    .action(async options => done(await (await import('./alerts.ts')).alerts(options, context)));
  alerts
    .command('rejected')
    .description('list what was sent as an alert and is none, and why')
    .addOption(limitOption())
    .addOption(jsonOption('print them as JSON, one a line, and nothing else'))
    .addOption(serverOption())
    .addOption(configOption())
    .action(async (_options, command: Command) =>
      done(await (await import('./alerts.ts')).rejectedAlerts(optionsOf(command), context)),
    );
}

export function addIncidents(program: Command, context: Context, done: Done): void {
  const incidents = program
    .command('incidents')
    .description('list the incidents of a running server, and show one')
    .option('--open', 'only those that are not over')
    .option('--state <state>', 'only those that are so: investigating, awaiting_approval, resolved, escalated, ...')
    .option('--namespace <name>', 'only those about something in it')
    .addOption(limitOption())
    .addOption(jsonOption('print the incidents as JSON, one a line, and nothing else'))
    .addOption(serverOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(
        ['alertwright incidents --open', 'what it is at'],
        ['alertwright incidents show inc-0123456789', 'one of them, with its story and its alerts'],
      ),
    )
    .action(async options => done(await (await import('./incidents.ts')).incidents(options, context)));
  incidents
    .command('show')
    .description('tell all that happened to an incident')
    .argument('<id>', 'its id')
    .addOption(jsonOption('print it as JSON: incident, events, alerts'))
    .addOption(serverOption())
    .addOption(configOption())
    .action(async (id, _options, command: Command) =>
      done(await (await import('./show_incident.ts')).showIncident(id, optionsOf(command), context)),
    );
}

/** Options that the command above knows too are taken by that one, and so are some that mean nothing here. */
export function optionsOf<T extends object>(command: Command): T {
  const above = command.parent!;
  const stray = above.options.find(
    option =>
      above.getOptionValueSource(option.attributeName()) === 'cli' &&
      !command.options.some(({ long }) => long === option.long),
  );
  if (stray) command.error(`error: unknown option '${stray.long}'`);
  return command.optsWithGlobals<T>();
}
