import { describe, expect, it } from 'vitest';
import { languages, messageOf, type Occasion } from './messages.ts';

const at = Date.UTC(2026, 10, 2, 9, 32);
const left: Occasion = { kind: 'geo-violation', member: 'Mia Berger', site: 'Lindenhof', startedAtMs: at };

describe('a message', () => {
  it('tells the time at the site, not the server', () => {
    expect(messageOf(left, 'en', 'Europe/Vienna').body).toContain('10:32');
    expect(messageOf(left, 'en', 'Asia/Kolkata').body).toContain('15:02');
  });

  it('speaks the language of its reader', () => {
    expect(messageOf(left, 'de', 'Europe/Vienna').title).toBe('Mia Berger hat Lindenhof verlassen');
    expect(messageOf(left, 'en', 'Europe/Vienna').title).toBe('Mia Berger has left Lindenhof');
  });

  it('names an innocent explanation where it reports an absence', () => {
    expect(messageOf(left, 'en', 'Europe/Vienna').body).toContain('weak signal');
  });

  it('mentions lateness only where there is some', () => {
    const entered = (lateByMinutes: number): Occasion => ({
      kind: 'entered',
      member: 'Mia',
      site: 'L',
      atMs: at,
      lateByMinutes,
    });
    for (const language of languages) {
      expect(messageOf(entered(0), language, 'UTC').body).not.toMatch(/late|spät/);
      expect(messageOf(entered(7), language, 'UTC').body).toMatch(/7 min (late|zu spät)/);
    }
  });

  it('never calls a stay outside shorter than a minute zero minutes long', () => {
    const back: Occasion = { kind: 'returned', member: 'Mia', site: 'L', endedAtMs: at, durationMs: 20_000 };
    expect(messageOf(back, 'en', 'UTC').body).toContain('1 min');
  });
});
