import type { SourceReport } from '../traffic/traffic.ts';
import type { Oracle } from './oracle.ts';

/** Shares and times vary a little with where pods happen to run. */
const slackOfShare = 0.02;
const slackOfTime = { factor: 2, seconds: 0.25 };

/** The sources of requests that fare worse than they should. */
export function unserved(
  { traffic }: Pick<Oracle, 'traffic'>,
  now: readonly SourceReport[],
  before: readonly SourceReport[],
): string[] {
  return before.flatMap(was => {
    const is = now.find(({ name }) => name === was.name);
    if (!is) return [`nothing is known of the requests of ${was.name}`];
    const least = traffic[was.name]?.okShare ?? was.okShare - slackOfShare;
    const longest = traffic[was.name]?.p99 ?? was.p99 * slackOfTime.factor + slackOfTime.seconds;
    if (is.okShare < least) return [`of the requests of ${was.name} ${percent(is.okShare)} are answered well`];
    if (traffic[was.name] && traffic[was.name]?.p99 === undefined) return [];
    return is.p99 > longest ? [`of the requests of ${was.name} one in a hundred takes ${is.p99.toFixed(1)} s`] : [];
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
