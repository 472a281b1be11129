import type { AdmissionPlugin } from './admission.ts';

export const roleEscalation: AdmissionPlugin = { resources: [] };
