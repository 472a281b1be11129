import { type Command, InvalidArgumentError } from 'commander';
import { type Address, parseAddress } from '../server/address.ts';
import { examples } from './help.ts';
import { configOption, jsonOption, scenarioOption, serverOption } from './options.ts';
import type { Context, Done } from './program.ts';
import { optionsOf } from './reading.ts';

export function addMcp(program: Command, context: Context, done: Done): void {
  program
    .command('mcp')
    .description('offer the read-only tools alone, to any MCP client')
    .option('--stdio', 'over standard input and output, for a client that starts it')
    .option('--http [host:port]', 'over HTTP, at 127.0.0.1:9098 unless said otherwise', address)
    .option('--token-file <file>', 'with --http: bearer tokens, one a line; needed beyond 127.0.0.1')
    .option('--kubeconfig <file>', 'of the cluster to look at; otherwise the default one')
    .option('--context <name>', 'of that file; otherwise its current one')
    .option('--prometheus <url>', 'a Prometheus that may be queried, such as http://127.0.0.1:9090', httpUrl)
    .option('--prometheus-token-file <file>', 'a bearer token for it')
    .option('--embedded', 'look at a cluster that lives in this process')
    .addOption(scenarioOption().implies({ embedded: true }))
    .addHelpText(
      'after',
      examples(
        ['alertwright mcp --stdio --context prod', 'what a client is configured to start'],
        ['alertwright mcp --http --scenario my.yaml', 'a broken cluster to try it on'],
      ),
    )
    .action(async options => done(await (await import('./mcp.ts')).mcp(options, context)));
}

export function addTools(program: Command, context: Context, done: Done): void {
  const tools = program
    .command('tools')
    .description('list what a running server can look with, and why other tools are not offered')
    .addOption(jsonOption('print the servers with their tools as JSON, and nothing else'))
    .addOption(serverOption())
    .addOption(configOption())
    .addHelpText('after', examples(['alertwright tools', 'servers, tools, and which of them have changed']))
    .action(async options => done(await (await import('./tools.ts')).tools(options, context)));
  tools
    .command('confirm')
    .description('agree to what a tool that has changed says about itself now')
    .argument('<server>', 'the name of its server in the configuration')
    .argument('<tool>', "the server's name for it")
    .requiredOption('--hash <hash>', 'what you have read; if it has changed once more, nothing happens')
    .option('--by <name>', 'who says so; otherwise the name of your user')
    .addOption(serverOption())
    .addOption(configOption())
    .action(async (server, tool, _options, command: Command) =>
      done(await (await import('./tools.ts')).confirmTool(server, tool, optionsOf(command), context)),
    );
}

/** A credential in it would be seen by whoever lists processes. */
function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === '';
  if (isPlain) return text;
  throw new InvalidArgumentError('expected an http or https URL without user and password.');
}

function address(text: string): Address {
  try {
    return parseAddress(text);
  } catch {
    throw new InvalidArgumentError('expected host:port, such as 127.0.0.1:9098.');
  }
}
