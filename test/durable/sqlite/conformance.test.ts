import { describe } from 'vitest';
import { childrenTakeTurns } from '../conformance/children.ts';
import { effectsHappenOnce } from '../conformance/effects.ts';
import { toolsArePinned } from '../conformance/pins.ts';
import { programsSurviveCrashes } from '../conformance/programs.ts';
import { alertsAreBooked, incidentsAreLogged, theInboxKeeps } from '../conformance/records.ts';
import { runsAreAcceptedOnce, stepsAreJournaled } from '../conformance/steps.ts';
import { transactionsAreWhole } from '../conformance/transactions.ts';
import { messagesArriveOnce, stoppingLeavesRunsWhereTheyAre, timersOutliveTheProcess } from '../conformance/waiting.ts';
import { sqliteSubject } from './sqlite_subject.ts';

const subject = sqliteSubject();

describe('steps', () => stepsAreJournaled(subject));
describe('runs', () => runsAreAcceptedOnce(subject));
describe('messages', () => messagesArriveOnce(subject));
describe('timers', () => timersOutliveTheProcess(subject));
describe('stop', () => stoppingLeavesRunsWhereTheyAre(subject));
describe('children', () => childrenTakeTurns(subject));
describe('transactions', () => transactionsAreWhole(subject));
describe('incident log', () => incidentsAreLogged(subject));
describe('alert book', () => alertsAreBooked(subject));
describe('inbox', () => theInboxKeeps(subject));
describe('effects', () => effectsHappenOnce(subject));
describe('tool pins', () => toolsArePinned(subject));
describe('programs', () => programsSurviveCrashes(subject));
