import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/lib/package_root.ts';
import { alertRules } from '../../../src/simulation/signals/rules.ts';

interface Rule {
  alert: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

const text = readFileSync(join(packageRoot, 'deploy/rules/alertwright.yaml'), 'utf8');
const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
const written = groups.flatMap(({ rules }) => rules);

/** What Prometheus makes of a cluster is compared in test/prometheus; this needs no Prometheus. */
test('Prometheus gets the rules that the built-in evaluator has, with the same patience and words', () => {
  const known = ({ alert, for: patience = '0m', labels, annotations }: Rule) => [
    alert,
    Number.parseFloat(patience) * 60_000,
    labels.severity,
    annotations.summary,
  ];
  expect(written.map(known)).toEqual(
    alertRules.map(({ name, forMs, severity, summary }) => [name, forMs, severity, summary]),
  );
});

test('every description names what the alert is about', () => {
  expect(written.filter(({ annotations }) => !/\{\{ \$labels\.\w+ \}\}/.test(annotations.description))).toEqual([]);
});
