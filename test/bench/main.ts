import { benchCapacity } from './capacity.ts';
import { benchDurable } from './durable.ts';
import { benchIntake } from './intake.ts';
import { benchLab } from './lab.ts';
import { benchScale } from './scale.ts';
import { benchTools } from './tools.ts';

/** `npm run bench -- [NAME...]`, `npm run bench -- intake --million`: ratios and counts, for reading. A bench never fails on time: these machines are noisy. */
const million = process.argv.includes('--million');
const benches: Record<string, () => Promise<void>> = {
  capacity: benchCapacity,
  durable: benchDurable,
  intake: () => benchIntake({ million }),
  lab: benchLab,
  scale: benchScale,
  tools: benchTools,
};

const wanted = process.argv.slice(2).filter(word => word !== '--million');
const unknown = wanted.find(name => !benches[name]);
if (unknown) throw new Error(`expected any of ${Object.keys(benches).join(', ')}, got ${unknown}`);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
