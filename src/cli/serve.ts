import { forServing, loadConfig, type ServeConfig } from '../config.ts';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { version } from '../lib/package_root.ts';
import { withoutSecrets } from '../lib/url.ts';
import type { Service } from '../service.ts';
import { untilInterrupted } from './interrupt.ts';
import type { Context } from './program.ts';
import type { Terminal } from './terminal.ts';

export interface ServeOptions {
  config?: string;
  listen?: string;
}

export async function serve(options: ServeOptions, { terminal, verbose }: Context): Promise<ExitCode> {
  const overrides = options.listen === undefined ? {} : { listen: options.listen };
  const config = forServing(loadConfig({ file: options.config, overrides }));
  const log = createLog({ level: verbose ? 'debug' : config.log.level });
  // Loaded only now: a configuration that is refused is refused at once.
  const { startService } = await import('../service.ts');
  const service = await startService(config, log);
  introduce(service, config, terminal);
  await untilInterrupted();
  terminal.err('stopping: what is under way is finished or carried on after the next start (again: stop at once)');
  await service.close();
  return exitCodes.ok;
}

function introduce(
  { url, webhookUrl, database }: Service,
  config: ServeConfig,
  { out, err, paint, paintErr }: Terminal,
): void {
  out(`alertwright ${version} listens on ${paint('strong', url)}`);
  const facts = {
    webhook: webhookUrl,
    cluster: clusterText(config),
    model: modelText(config),
    mode: config.mode,
    database,
  };
  for (const [name, text] of Object.entries(facts)) out(`  ${paint('faint', name.padEnd(10))}${text}`);
  for (const warning of warnings(config)) err(`${paintErr('warning', '!!! WARNING')} ${warning}`);
}

function clusterText({ cluster, scenario }: ServeConfig): string {
  if (cluster === 'embedded') return scenario ? `embedded, with the scenario ${scenario}` : 'embedded, all well';
  if (cluster === 'in-cluster') return 'the one we run in';
  const { kubeconfig = 'the default kubeconfig', context = 'its current context' } = cluster;
  return `${context} of ${kubeconfig}`;
}

function modelText({ model }: ServeConfig): string {
  if (model === 'scripted') return 'scripted: rules, no language model';
  return `${model.name} at ${withoutSecrets(model.url)}`;
}

function warnings({ cluster, model, auth, listen }: ServeConfig): string[] {
  return [
    ...(auth.anonymous
      ? [`auth.anonymous asks callers for nothing. WHOEVER REACHES ${listen} CAN READ ALL INCIDENTS AND APPROVE PLANS.`]
      : []),
    ...(cluster === 'embedded'
      ? ['cluster: embedded looks after a make-believe cluster in this process. NO REAL CLUSTER IS LOOKED AFTER.']
      : []),
    ...(model === 'scripted'
      ? ['model: scripted decides by a few rules for the demo. NO LANGUAGE MODEL IS IN USE.']
      : []),
  ];
}
