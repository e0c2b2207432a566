import { createHash } from 'node:crypto';
import { type CodePurpose, macBytes, macText, sameText } from './code-mac.ts';
import { asTyped, checkCharacter, decodeNumber, encodeBits, encodeNumber, hasValidCheck } from './crockford.ts';

/*
 * The codes at a gate. Nothing about them is stored: a code is its gate, its time step or version, and an HMAC.
 *
 *   rotating  MUSTER1.<gateRef>.<step>.<mac>        on a screen, another one every 10 s
 *   printed   MUSTER1P.<gateRef>.<version>.<mac>    on paper, until the gate's version is raised
 *   typed     XXXX-XXXX                             under the rotating code, for a phone without a camera
 *
 * All characters belong to the alphanumeric mode of QR codes. Time steps are counted from the epoch by the server's
 * clock. A rotating code alone proves no presence (a video call relays it): the rest of the evidence counts too.
 */

export const defaultStepMs = 10_000;
/** A code that people type lives six times as long as one that they scan. */
const typedStepsPerCode = 6;
const typedCharacters = 7;
const longestPayload = 512;

/** What is needed to make and to check the codes of one gate. */
export interface GateKeys {
  gateId: string;
  /** See `gateRefOf`. */
  gateRef: string;
  /** At least 16 random bytes. Whoever has it can make codes, so it never leaves the server. */
  secret: Uint8Array;
  /** The only printed version that is valid; null when the gate has no printed code. */
  printedVersion: number | null;
  /** False for a gate that has been taken out of use. */
  active?: boolean;
  stepMs?: number;
}

/** One rotating code and the time (epoch ms, end excluded) in which a screen shows it. */
export interface TimedCode {
  step: number;
  text: string;
  /** The same moment for people who type; it changes every six steps. */
  typed: string;
  showFromMs: number;
  showUntilMs: number;
}

export type CodeRefusalCode =
  | 'code-malformed'
  | 'code-wrong-kind'
  | 'code-foreign'
  | 'code-stale'
  | 'code-ahead'
  | 'code-revoked';

export interface CodeRefusal {
  kind: 'refused';
  code: CodeRefusalCode;
  sentence: string;
  /** The gate that the code names, if it is one of ours and the code is genuine. */
  gateId: string | null;
  /** How old a genuine code is; null where that is unknown. */
  ageMs: number | null;
}

/** `ageMs` runs from the first moment at which the code was shown; a printed code has no age. */
export type VerifiedCode =
  | { kind: 'rotating'; gateId: string; gateRef: string; step: number; ageSteps: number; ageMs: number }
  | { kind: 'typed'; gateId: string; gateRef: string; step: number; ageSteps: number; ageMs: number }
  | { kind: 'printed'; gateId: string; gateRef: string; version: number; ageMs: null };

/** Eight characters that name a gate in its codes: 40 bits of its id's hash. Keep them unique where gates are kept. */
export function gateRefOf(gateId: string): string {
  return encodeBits(createHash('sha256').update(`gate:${gateId}`).digest(), 8);
}

/** The code that the gate's screen shows at an instant. */
export function rotatingCode(gate: GateKeys, atMs: number): TimedCode {
  const stepMs = stepOf(gate);
  const step = Math.floor(atMs / stepMs);
  const typed = typedText(gate, Math.floor(step / typedStepsPerCode));
  return {
    step,
    text: payload('MUSTER1', gate.gateRef, step, macText(gate.secret, 'gate-rotating', gate.gateId, step)),
    typed,
    showFromMs: step * stepMs,
    showUntilMs: (step + 1) * stepMs,
  };
}

/** The next `count` codes, the current one first: a screen that has them goes on without network. */
export function codesAhead(gate: GateKeys, fromMs: number, count: number): TimedCode[] {
  return Array.from({ length: count }, (_, index) => rotatingCode(gate, fromMs + index * stepOf(gate)));
}

/** The gate's printed code. Throws a RangeError when the gate has none. */
export function printedCode(gate: GateKeys): string {
  if (gate.printedVersion === null) {
    throw new RangeError(`Gate ${gate.gateId} has no printed code`);
  }
  const mac = macText(gate.secret, 'gate-printed', gate.gateId, gate.printedVersion);
  return payload('MUSTER1P', gate.gateRef, gate.printedVersion, mac);
}

/**
 * Checks what a camera read. `lookup` finds a gate of this organization by its reference. The code may stand at the
 * end of a longer text (a link that opens the app). The step before the current one is still valid, later ones never.
 */
export function verifyCode(
  text: string,
  lookup: (gateRef: string) => GateKeys | null | undefined,
  nowMs: number,
): VerifiedCode | CodeRefusal {
  const parts = /(?:^|[^0-9A-Z])(MUSTER1[A-Z]?)\.([0-9A-Z]{1,16})\.([0-9A-Z]{1,10})\.([0-9A-Z]{1,32})$/.exec(
    text.length > longestPayload ? '' : text.trim().toUpperCase(),
  );
  const [, prefix, gateRef = '', counterText = '', mac = ''] = parts ?? [];
  const counter = decodeNumber(counterText);
  if (prefix === 'MUSTER1M') {
    return refusal('code-wrong-kind', 'This is a member card. At a gate, scan the code of the gate.');
  }
  if ((prefix !== 'MUSTER1' && prefix !== 'MUSTER1P') || counter === null) {
    return refusal('code-malformed', 'This is not a Muster gate code, or it was read only in part.');
  }
  const purpose: CodePurpose = prefix === 'MUSTER1P' ? 'gate-printed' : 'gate-rotating';
  const gate = lookup(gateRef);
  if (!gate || !sameText(mac, macText(gate.secret, purpose, gate.gateId, counter))) {
    return refusal('code-foreign', 'This code does not belong to any of your gates.');
  }
  if (gate.active === false) {
    return refusal('code-revoked', 'This gate is no longer in use.', gate.gateId);
  }
  return purpose === 'gate-printed'
    ? judgeVersion(gate, counter)
    : judgeStep('rotating', gate, counter, stepOf(gate), nowMs);
}

/**
 * Checks what a person typed, against the given gates (of the site at which they say they are). A typed code is
 * shorter than a scanned one (35 bits): the caller must limit how often a person may try.
 */
export function verifyTypedCode(text: string, gates: readonly GateKeys[], nowMs: number): VerifiedCode | CodeRefusal {
  const typed = text.length > longestPayload ? '' : asTyped(text);
  if (typed.length !== typedCharacters + 1 || !hasValidCheck(typed)) {
    return refusal('code-malformed', 'One of the eight characters is wrong. Please compare them with the screen.');
  }
  // Every gate and step is compared, so that the time taken does not tell which one was close.
  const matches = gates.flatMap((gate) => {
    const stepMs = stepOf(gate) * typedStepsPerCode;
    const current = Math.floor(nowMs / stepMs);
    return [current, current - 1, current - 2]
      .filter((step) => step >= 0 && sameText(typed, asTyped(typedText(gate, step))) && gate.active !== false)
      .map((step) => judgeStep('typed', gate, step, stepMs, nowMs));
  });
  const accepted = matches.find((match) => match.kind !== 'refused');
  return accepted ?? matches[0] ?? refusal('code-foreign', 'This code is not shown at any gate here now.');
}

function judgeVersion(gate: GateKeys, version: number): VerifiedCode | CodeRefusal {
  if (version !== gate.printedVersion) {
    const sentence = 'This printed code was replaced. Please scan the new one at the gate.';
    return refusal('code-revoked', sentence, gate.gateId);
  }
  return { kind: 'printed', gateId: gate.gateId, gateRef: gate.gateRef, version, ageMs: null };
}

function judgeStep(
  kind: 'rotating' | 'typed',
  gate: GateKeys,
  step: number,
  stepMs: number,
  nowMs: number,
): VerifiedCode | CodeRefusal {
  const ageSteps = Math.floor(nowMs / stepMs) - step;
  const ageMs = nowMs - step * stepMs;
  if (ageSteps < 0) {
    const sentence = 'This code is not valid yet: the clock of the gate screen is ahead. Please wait for the next one.';
    return refusal('code-ahead', sentence, gate.gateId);
  }
  if (ageSteps > 1) {
    const sentence = `This code was shown ${spokenAge(ageMs)} ago. Please scan the one on the screen now.`;
    return refusal('code-stale', sentence, gate.gateId, ageMs);
  }
  return { kind, gateId: gate.gateId, gateRef: gate.gateRef, step, ageSteps, ageMs };
}

function typedText(gate: GateKeys, typedStep: number): string {
  const body = encodeBits(macBytes(gate.secret, 'gate-typed', gate.gateId, typedStep), typedCharacters);
  const text = `${body}${checkCharacter(body)}`;
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

function payload(prefix: string, reference: string, counter: number, mac: string): string {
  return `${prefix}.${reference}.${encodeNumber(counter)}.${mac}`;
}

function stepOf(gate: GateKeys): number {
  return gate.stepMs ?? defaultStepMs;
}

function spokenAge(ageMs: number): string {
  const seconds = Math.round(ageMs / 1000);
  if (seconds < 120) {
    return `${seconds} seconds`;
  }
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}

function refusal(
  code: CodeRefusalCode,
  sentence: string,
  gateId: string | null = null,
  ageMs: number | null = null,
): CodeRefusal {
  return { kind: 'refused', code, sentence, gateId, ageMs };
}
