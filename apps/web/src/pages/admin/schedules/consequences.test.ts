import { describe, expect, it } from 'vitest';
import { judge, meaningOf, tidyTime, type Times } from './consequences.ts';

const school: Times = {
  entryTime: '08:45',
  exitTime: '15:30',
  opensBeforeMinutes: 45,
  freeUntilMinutes: 45,
  lateAfterMinutes: 5,
  closesAfterMinutes: 60,
};
const night: Times = { ...school, entryTime: '22:00', exitTime: '06:00' };

describe('what a schedule means', () => {
  it('names the times on the clock', () => {
    expect(meaningOf(school)).toMatchObject({
      opensAt: '08:00',
      lateAfter: '08:50',
      freeUntil: '09:30',
      closesAt: '16:30',
      crossesMidnight: false,
      plannedMinutes: 405,
    });
    expect(meaningOf(night)).toMatchObject({ exitAt: '06:00', closesAt: '07:00', crossesMidnight: true });
  });

  it('judges a scan as the server does: late counts from the entry time', () => {
    expect(judge(school, '07:59')).toEqual({ kind: 'too-early' });
    expect(judge(school, '08:50')).toEqual({ kind: 'in-time', lateByMinutes: 0, needsReason: false });
    expect(judge(school, '08:52')).toEqual({ kind: 'late', lateByMinutes: 7, needsReason: false });
    expect(judge(school, '09:31')).toEqual({ kind: 'late', lateByMinutes: 46, needsReason: true });
    expect(judge(school, '16:31')).toEqual({ kind: 'closed' });
  });

  it('knows the night', () => {
    expect(judge(night, '00:30')).toEqual({ kind: 'late', lateByMinutes: 150, needsReason: true });
    expect(judge(night, '21:30').kind).toBe('in-time');
    expect(judge(night, '12:00').kind).toBe('too-early');
  });

  it('writes out what people type', () => {
    expect(['8', '830', '8.30', '1545', '08:30'].map(tidyTime)).toEqual(['08:00', '08:30', '08:30', '15:45', '08:30']);
    expect(['25:00', '8:7', 'soon'].map(tidyTime)).toEqual(['25:00', '8:7', 'soon']);
  });
});
