import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asTyped, checkCharacter, decodeNumber, encodeBits, encodeNumber, hasValidCheck } from './crockford.ts';
import {
  codesAhead,
  type GateKeys,
  gateRefOf,
  printedCode,
  rotatingCode,
  verifyCode,
  verifyTypedCode,
} from './gate-code.ts';
import { type CardKeys, memberCard, memberRefOf, verifyMemberCard } from './member-card.ts';

const nowMs = 1_772_438_405_000; // five seconds into a step

function gateNamed(gateId: string, more: Partial<GateKeys> = {}): GateKeys {
  return { gateId, gateRef: gateRefOf(gateId), secret: new Uint8Array(32).fill(7), printedVersion: 1, ...more };
}

const mainGate = gateNamed('main');
const backGate = gateNamed('back', { secret: new Uint8Array(32).fill(9) });
const gates = [mainGate, backGate];
const lookup = (gateRef: string) => gates.find((gate) => gate.gateRef === gateRef);
const verify = (text: string, atMs = nowMs) => verifyCode(text, lookup, atMs);

describe('a rotating code', () => {
  const code = rotatingCode(mainGate, nowMs);

  it('is short and fits the alphanumeric mode of QR codes', () => {
    expect(code.text).toMatch(/^MUSTER1\.[0-9A-Z]{8}\.[0-9A-Z]{6}\.[0-9A-Z]{16}$/);
    expect(code.showUntilMs - code.showFromMs).toBe(10_000);
  });

  it.each([
    ['when it appears', 0, { kind: 'rotating', gateId: 'main', ageSteps: 0, ageMs: 0 }],
    ['at the end of its step', 9_999, { kind: 'rotating', ageSteps: 0, ageMs: 9_999 }],
    ['in the step after', 19_999, { kind: 'rotating', ageSteps: 1, ageMs: 19_999 }],
    ['two steps later', 20_000, { kind: 'refused', code: 'code-stale', gateId: 'main', ageMs: 20_000 }],
    [
      'a photo from the morning',
      7_200_000,
      { kind: 'refused', sentence: expect.stringContaining('2 hours ago') as unknown },
    ],
    ['before its step', -1, { kind: 'refused', code: 'code-ahead' }],
  ])('%s', (_when, ageMs, expected) => {
    expect(verify(code.text, code.showFromMs + ageMs)).toMatchObject(expected);
  });

  it('is found at the end of a link, with blanks and in lower case', () => {
    for (const text of [`https://muster.example/g#${code.text}`, ` ${code.text}\n`, code.text.toLowerCase()]) {
      expect(verify(text).kind).toBe('rotating');
    }
  });

  it('of another secret, gate or kind is foreign', () => {
    const forged = rotatingCode({ ...mainGate, secret: new Uint8Array(32).fill(8) }, nowMs).text;
    const [prefix, , step, mac] = code.text.split('.');
    for (const text of [
      forged,
      rotatingCode(gateNamed('elsewhere'), nowMs).text,
      [prefix, backGate.gateRef, step, mac].join('.'),
      code.text.replace('MUSTER1.', 'MUSTER1P.'),
    ]) {
      expect(verify(text)).toMatchObject({ kind: 'refused', code: 'code-foreign', gateId: null });
    }
  });

  it('of a gate out of use is revoked', () => {
    expect(verifyCode(code.text, () => ({ ...mainGate, active: false }), nowMs)).toMatchObject({
      code: 'code-revoked',
    });
  });

  it('with any one character changed is never accepted', () => {
    fc.assert(
      fc.property(
        fc.nat(code.text.length - 1),
        fc.constantFrom(...'0123456789ABCXYZ.'.split('')),
        (index, character) => {
          fc.pre(code.text[index] !== character);
          const changed = code.text.slice(0, index) + character + code.text.slice(index + 1);
          expect(verify(changed).kind).toBe('refused');
        },
      ),
    );
  });

  it('refuses any other text with a sentence, and quickly', () => {
    expect(verify('')).toMatchObject({ code: 'code-malformed' });
    expect(verify('MUSTER1.'.repeat(100_000))).toMatchObject({ code: 'code-malformed' });
    fc.assert(fc.property(fc.string({ maxLength: 600 }), (text) => verify(text).kind === 'refused'));
  });
});

describe('a screen without network', () => {
  it('has the codes of the next minutes, each valid while it is shown', () => {
    const ahead = codesAhead(mainGate, nowMs, 30);
    expect(ahead).toHaveLength(30);
    for (const [index, code] of ahead.entries()) {
      expect(verify(code.text, code.showFromMs).kind).toBe('rotating');
      expect(verify(code.text, code.showUntilMs - 1).kind).toBe('rotating');
      expect(code.showFromMs).toBe((ahead[0]?.showFromMs as number) + index * 10_000);
    }
    expect(new Set(ahead.map((code) => code.text)).size).toBe(30);
  });

  it('shows one valid code at every instant, whatever the step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1_000, max: 120_000 }), (atMs, stepMs) => {
        const gate = { ...mainGate, stepMs };
        const code = rotatingCode(gate, atMs);
        expect(verifyCode(code.text, () => gate, atMs)).toMatchObject({ kind: 'rotating', ageSteps: 0 });
        expect(verifyCode(code.text, () => gate, atMs + stepMs)).toMatchObject({ ageSteps: 1 });
        expect(verifyCode(code.text, () => gate, atMs + 2 * stepMs)).toMatchObject({ code: 'code-stale' });
      }),
    );
  });
});

describe('a printed code', () => {
  it('stays valid until its version is raised', () => {
    const poster = printedCode(mainGate);
    expect(verify(poster, 0)).toEqual({
      kind: 'printed',
      gateId: 'main',
      gateRef: mainGate.gateRef,
      version: 1,
      ageMs: null,
    });
    const replaced = { ...mainGate, printedVersion: 2 };
    expect(verifyCode(poster, () => replaced, nowMs)).toMatchObject({ code: 'code-revoked', gateId: 'main' });
    expect(verifyCode(printedCode(replaced), () => replaced, nowMs).kind).toBe('printed');
  });

  it('does not exist for a gate that has none', () => {
    expect(() => printedCode({ ...mainGate, printedVersion: null })).toThrow(RangeError);
  });
});

describe('a typed code', () => {
  const { typed } = rotatingCode(mainGate, nowMs);

  it('names its gate among several', () => {
    expect(typed).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(verifyTypedCode(typed, gates, nowMs)).toMatchObject({ kind: 'typed', gateId: 'main' });
    expect(verifyTypedCode(rotatingCode(backGate, nowMs).typed, gates, nowMs)).toMatchObject({ gateId: 'back' });
  });

  it('lives between one and two minutes, then is stale, then forgotten', () => {
    const firstMs = Math.floor(nowMs / 60_000) * 60_000;
    expect(verifyTypedCode(typed, gates, firstMs + 119_999)).toMatchObject({ kind: 'typed', ageSteps: 1 });
    expect(verifyTypedCode(typed, gates, firstMs + 120_000)).toMatchObject({ code: 'code-stale' });
    expect(verifyTypedCode(typed, gates, firstMs + 180_000)).toMatchObject({ code: 'code-foreign' });
  });

  it('forgives how it is typed, not what', () => {
    const sloppy = ` ${typed.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
    expect(verifyTypedCode(sloppy, gates, nowMs).kind).toBe('typed');
    const wrong = `${typed.startsWith('A') ? 'B' : 'A'}${typed.slice(1)}`;
    expect(verifyTypedCode(wrong, gates, nowMs)).toMatchObject({ code: 'code-malformed' });
  });
});

describe('a member card', () => {
  const card: CardKeys = { memberId: 'mia', memberRef: memberRefOf('mia'), secret: randomBytes(32), cardVersion: 3 };
  const find = (memberRef: string) => (memberRef === card.memberRef ? card : null);

  it('names its member', () => {
    expect(verifyMemberCard(memberCard(card), find)).toMatchObject({ kind: 'card', memberId: 'mia', version: 3 });
  });

  it('is no longer valid once it was replaced', () => {
    const lost = memberCard({ ...card, cardVersion: 2 });
    expect(verifyMemberCard(lost, find)).toMatchObject({ code: 'code-revoked', memberId: 'mia' });
  });

  it('is never mistaken for a gate code, nor a gate code for it', () => {
    expect(verify(memberCard(card))).toMatchObject({ code: 'code-wrong-kind' });
    expect(verifyMemberCard(printedCode(mainGate), find)).toMatchObject({ code: 'code-wrong-kind' });
  });

  it('cannot be made without the secret', () => {
    const forged = memberCard({ ...card, secret: randomBytes(32) });
    expect(verifyMemberCard(forged, find)).toMatchObject({ code: 'code-foreign', memberId: null });
    expect(verifyMemberCard('4006381333931', find)).toMatchObject({ code: 'code-malformed' });
  });
});

describe('Crockford base 32', () => {
  it('writes numbers and bits, and reads numbers back', () => {
    expect(encodeNumber(0)).toBe('0');
    expect(encodeNumber(1234)).toBe('16J');
    expect(encodeBits(new Uint8Array([0xff, 0x00]), 3)).toBe('ZW0');
    expect(decodeNumber('01')).toBeNull();
    expect(decodeNumber('1U')).toBeNull();
    fc.assert(fc.property(fc.maxSafeNat(), (value) => decodeNumber(encodeNumber(value)) === value));
  });

  it('notices every wrong character and every swapped pair', () => {
    const typedText = fc.uint8Array({ minLength: 5, maxLength: 5 }).map((bytes) => encodeBits(bytes, 7));
    fc.assert(
      fc.property(typedText, fc.nat(7), fc.nat(7), (body, i, j) => {
        const text = `${body}${checkCharacter(body)}`;
        expect(hasValidCheck(text)).toBe(true);
        const swapped = text.split('');
        [swapped[i], swapped[j]] = [text[j] as string, text[i] as string];
        expect(hasValidCheck(swapped.join(''))).toBe(swapped.join('') === text);
        for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
          const changed = text.slice(0, i) + other + text.slice(i + 1);
          expect(hasValidCheck(changed)).toBe(changed === text);
        }
      }),
    );
  });

  it('reads what was meant', () => {
    expect(asTyped('o1l-I x')).toBe('0111X');
  });
});
