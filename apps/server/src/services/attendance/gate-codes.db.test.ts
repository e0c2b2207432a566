import { attendanceRoutes as routes, type RouteAnswer } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { openKiosk, readKioskCodes } from './kiosk.ts';
import { readPrintedCode, revokePrintedCode } from './printed-code.ts';
import { gateRefOf, rotatingCode } from './rules/gate-code.ts';
import { answered, type Person, refused, School } from './testing/school.ts';

let school: School;
let principal: Person;
let member: Person;

beforeAll(async () => {
  school = await School.open();
  await school.schedule();
  principal = await school.person('org_admin', 'Paula Principal');
});
afterAll(() => school.db.drop());
beforeEach(async () => {
  member = await school.member('Mira Holm');
  school.at('08:00');
});

const gate = () => ({ params: { gateId: school.gateId } });

describe('a refused code', () => {
  it('that is a photo of an old one is kept as refusal, with evidence that counts it once', async () => {
    const photo = await school.codeOnScreen();
    school.at('08:10');
    const answer = refused(await school.scanCode(member, photo));
    expect(answer).toEqual({
      code: 'code-stale',
      detail: 'This code was shown 10 minutes ago. Please scan the one on the screen now.',
    });
    refused(await school.scanCode(member, photo));
    const refusals = await school.told('attendance.punch-refused', member);
    expect(refusals).toMatchObject([{ direction: null, code: 'code-stale' }, { code: 'code-stale' }]);
    const evidence = await school.told('attendance.evidence-found', member);
    expect(evidence[0]?.findings).toMatchObject([{ kind: 'proxy-attendance' }]);
    expect(new Set(evidence.map((one) => one.findings[0]?.causeKey)).size).toBe(1);
    expect(await school.audited(member)).toEqual(['attendance.scan-refused', 'attendance.scan-refused']);
    expect(await school.count('scan', member)).toBe(0);
  });

  it('of a gate that is not ours is foreign, and evidence', async () => {
    const gateId = uuidv7();
    const keys = { gateId, gateRef: gateRefOf(gateId), secret: Buffer.alloc(32, 7), printedVersion: 1 };
    const code = rotatingCode(keys, school.clock.now().getTime()).text;
    expect(refused(await school.scanCode(member, code)).code).toBe('code-foreign');
    expect(await school.told('attendance.evidence-found', member)).toHaveLength(1);
  });

  it('of another site of the organization is foreign, and no evidence', async () => {
    const [siteId, gateId] = [uuidv7(), uuidv7()];
    await school.plant(
      `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
       VALUES ($1, $2, 'South campus', '', 'Europe/Vienna', 48.1, 16.3)`,
      [school.orgId, siteId],
    );
    await school.plant(
      `INSERT INTO users.gate (org_id, id, site_id, name, latitude, longitude) VALUES ($1, $2, $3, 'South', 48.1, 16.3)`,
      [school.orgId, gateId, siteId],
    );
    const answer = refused(await school.scanCode(member, await school.codeOnScreen(gateId)));
    expect(answer).toMatchObject({ code: 'code-foreign', detail: expect.stringContaining('South campus') });
    expect(await school.told('attendance.evidence-found', member)).toEqual([]);
  });

  it.each(['https://example.org/menu', 'MUSTER1.ABC', 'hello', 'MUSTER1M.0000000000.1.0000000000000000'])(
    '%s is malformed, a mistake and no evidence',
    async (text) => {
      expect(refused(await school.scanCode(member, text)).code).toBe('code-malformed');
      expect(await school.told('attendance.punch-refused', member)).toMatchObject([{ code: 'code-malformed' }]);
      expect(await school.told('attendance.evidence-found', member)).toEqual([]);
    },
  );
});

describe('the printed code', () => {
  it('lets in until it is revoked; the new one does', async () => {
    const printed = answered(await school.run(routes.readPrintedCode, readPrintedCode(), principal, gate()));
    expect(printed.version).toBe(1);
    answered(await school.scanCode(member, printed.text));
    const renewed = answered(await school.run(routes.revokePrintedCode, revokePrintedCode(), principal, gate()));
    expect(renewed.version).toBe(2);
    expect(refused(await school.scanCode(member, printed.text))).toEqual({
      code: 'code-revoked',
      detail: 'This printed code was replaced. Please scan the new one at the gate.',
    });
    const { nonce } = answered(await school.scanCode(member, renewed.typed.toLowerCase()));
    expect(answered(await school.enter(member, { nonce })).punch.verdict).toBe('accepted');
  });
});

describe('a screen at the gate', () => {
  const codes = (secret: string): Promise<RouteAnswer<typeof routes.readKioskCodes> | Problem> => {
    const call = {
      requestId: '1',
      traceId: '1',
      ipAddress: '192.0.2.1',
      userAgent: 'screen',
      at: school.clock.now(),
      request: { headers: { authorization: `Kiosk ${secret}` } },
      reply: {},
    };
    const handler = readKioskCodes({ database: school.db.database });
    const input = { params: undefined, query: undefined, body: undefined };
    return handler(input, call as never).catch((error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    });
  };

  it('shows codes two minutes ahead, by a secret that is stored as a hash only', async () => {
    const { kioskSecret, path } = answered(await school.run(routes.openKiosk, openKiosk(), principal, gate()));
    expect(path).toBe(`/kiosk#${kioskSecret}`);
    const { rows } = await school.db.ownerPool.query<{ row: string }>(
      'SELECT row_to_json(gate_code)::text AS row FROM attendance.gate_code',
    );
    expect(rows.some(({ row }) => row.includes(kioskSecret))).toBe(false);

    const answer = answered(await codes(kioskSecret));
    routes.readKioskCodes.answer.parse(answer);
    expect(answer).toMatchObject({ gateName: 'Main gate', siteName: 'Main campus', timeZone: 'Europe/Vienna' });
    expect(answer.codes).toHaveLength(13);
    const now = school.clock.now().getTime();
    for (const [index, code] of answer.codes.entries()) {
      school.clock.set(now + index * answer.stepMs);
      answered(await school.scanCode(member, code.text));
    }
    school.clock.set(now);
    answered(await school.scanCode(member, answer.codes[0]?.typed ?? ''));
  });

  it('stops working when a newer link is made, and knows no made-up secrets', async () => {
    const first = answered(await school.run(routes.openKiosk, openKiosk(), principal, gate()));
    const second = answered(await school.run(routes.openKiosk, openKiosk(), principal, gate()));
    expect(refused(await codes(first.kioskSecret)).code).toBe('not-signed-in');
    expect(refused(await codes('x'.repeat(43))).code).toBe('not-signed-in');
    expect(refused(await codes('')).code).toBe('not-signed-in');
    answered(await codes(second.kioskSecret));
  });
});

describe('typing codes', () => {
  it('is slow, so that nobody guesses', async () => {
    for (let guess = 0; guess < 10; guess += 1) refused(await school.scanCode(member, 'ABCD-1234'));
    expect(refused(await school.scanCode(member, 'ABCD-1234')).code).toBe('too-many-requests');
    answered(await school.scanCode(member, await school.codeOnScreen()));
  });
});
