import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permissionCodes, type Role, roles, type Tie, ties, tiesOf } from './access.ts';
import {
  attainableTies,
  effectiveTies,
  explainTies,
  isFixed,
  overrideFault,
  type PermissionOverride,
  permissionOverride,
} from './access-rule.ts';

const [one, other] = ['0198c0de-0000-7000-8000-000000000001', '0198c0de-0000-7000-8000-000000000002'] as const;

const anyOverride: fc.Arbitrary<PermissionOverride> = fc.record({
  subject: fc.oneof(
    fc.record({ kind: fc.constant('role' as const), role: fc.constantFrom(...roles) }),
    fc.record({ kind: fc.constant('user' as const), userId: fc.constantFrom(one, other) }),
  ),
  permission: fc.constantFrom(...permissionCodes),
  effect: fc.constantFrom('grant', 'deny'),
  ties: fc.uniqueArray(fc.constantFrom(...ties), { minLength: 1 }),
});
const overrides = fc.array(anyOverride, { maxLength: 40 });
const anyRole = fc.constantFrom(...roles);
const anyPermission = fc.constantFrom(...permissionCodes);
const anyTie = fc.constantFrom(...ties);

const organizationRoles: readonly Role[] = ['org_admin', 'org_office', 'supervisor', 'guardian', 'member'];

describe('what somebody holds', () => {
  it('is the table where nobody has said anything', () => {
    for (const role of roles) {
      for (const code of permissionCodes)
        expect(effectiveTies({ userId: one, role }, code, [])).toEqual(tiesOf(role, code));
    }
  });

  it('does not depend on the order of what was said, nor on what was said of others', () => {
    fc.assert(
      fc.property(anyRole, anyPermission, overrides, (role, code, said) => {
        const holder = { userId: one, role };
        const held = effectiveTies(holder, code, said);
        expect(effectiveTies(holder, code, said.toReversed())).toEqual(held);
        const concerning = said.filter(
          ({ subject, permission }) =>
            permission === code && (subject.kind === 'user' ? subject.userId === one : subject.role === role),
        );
        expect(effectiveTies(holder, code, concerning)).toEqual(held);
      }),
    );
  });

  it('never goes beyond what the role could ever hold, and never to other organizations', () => {
    fc.assert(
      fc.property(anyRole, anyPermission, overrides, (role, code, said) => {
        const held = effectiveTies({ userId: one, role }, code, said);
        for (const each of held) expect(attainableTies(role, code)).toContain(each);
        if (!role.startsWith('platform_')) expect(held).not.toContain('all');
      }),
    );
  });

  it('is denied where the same word, about the role or about the user, both grants and denies', () => {
    fc.assert(
      fc.property(anyRole, anyPermission, anyTie, fc.boolean(), (role, code, tie, isOfUser) => {
        fc.pre(!isFixed(code));
        const subject = isOfUser ? { kind: 'user' as const, userId: one } : { kind: 'role' as const, role };
        const both = (['grant', 'deny'] as const).map((effect) => ({ subject, permission: code, effect, ties: [tie] }));
        expect(effectiveTies({ userId: one, role }, code, both)).not.toContain(tie);
      }),
    );
  });

  it('follows what was said of the user before what was said of the role', () => {
    fc.assert(
      fc.property(anyRole, anyPermission, overrides, anyTie, fc.boolean(), (role, code, said, tie, isGrant) => {
        fc.pre(!isFixed(code));
        const ofOthers = said.filter(({ subject }) => subject.kind === 'role');
        const ofUser: PermissionOverride = {
          subject: { kind: 'user', userId: one },
          permission: code,
          effect: isGrant ? 'grant' : 'deny',
          ties: [tie],
        };
        const isHeld = effectiveTies({ userId: one, role }, code, [...ofOthers, ofUser]).includes(tie);
        expect(isHeld).toBe(isGrant && attainableTies(role, code).includes(tie));
      }),
    );
  });

  it('leaves every administrator the right to change permissions, whatever is said', () => {
    fc.assert(
      fc.property(overrides, (said) => {
        expect(effectiveTies({ userId: one, role: 'org_admin' }, 'permissions.manage', said)).toEqual(['organization']);
      }),
    );
  });

  it('gives the right to change permissions to nobody else in an organization', () => {
    fc.assert(
      fc.property(anyRole, overrides, (role, said) => {
        const held = effectiveTies({ userId: one, role }, 'permissions.manage', said);
        expect(held).toEqual(tiesOf(role, 'permissions.manage'));
      }),
    );
  });
});

describe('what a role could ever hold', () => {
  it('is, beyond its own, no more than the administrator of the organization holds', () => {
    for (const role of organizationRoles) {
      for (const code of permissionCodes) {
        const further = attainableTies(role, code).filter((each) => !tiesOf(role, code).includes(each));
        if (further.length > 0) expect(tiesOf('org_admin', code)).toEqual(['organization']);
      }
    }
  });

  it('is nothing about the organization as a whole for guardians and members', () => {
    const personal: readonly Tie[] = ['linked', 'self'];
    for (const role of ['guardian', 'member'] as const) {
      for (const code of permissionCodes) {
        for (const each of attainableTies(role, code)) expect(personal).toContain(each);
      }
      expect(attainableTies(role, 'rules.configure')).toEqual([]);
      expect(attainableTies(role, 'attendance.decide')).toEqual([]);
    }
  });

  it('is never touched for the roles of the platform', () => {
    for (const role of roles.filter((each) => each.startsWith('platform_'))) {
      for (const code of permissionCodes) expect(attainableTies(role, code)).toEqual(tiesOf(role, code));
    }
  });
});

describe('the table', () => {
  it('lets an operator of the platform see and repair, and change no attendance', () => {
    const held = permissionCodes.filter((code) => tiesOf('platform_operator', code).length > 0);
    expect(held.toSorted()).toEqual([
      'audit.read',
      'figures.see',
      'location.see',
      'members.see',
      'operations.manage',
      'organizations.see',
      'reports.export',
      'system.configure',
    ]);
  });

  it('shows an overseer figures and nothing else', () => {
    expect(permissionCodes.filter((code) => tiesOf('platform_overseer', code).length > 0)).toEqual(['figures.see']);
  });

  it('gives the administrator of the platform all that anybody holds of an organization', () => {
    for (const code of permissionCodes) {
      if (tiesOf('org_admin', code).length > 0) expect(tiesOf('platform_admin', code)).toEqual(['all']);
    }
  });
});

describe('an explanation', () => {
  it('says of each tie what decided it, and agrees with what is held', () => {
    const said: PermissionOverride[] = [
      { subject: { kind: 'role', role: 'supervisor' }, permission: 'location.see', effect: 'deny', ties: ['assigned'] },
      {
        subject: { kind: 'user', userId: one },
        permission: 'location.see',
        effect: 'grant',
        ties: ['organization', 'linked'],
      },
    ];
    expect(explainTies({ userId: one, role: 'supervisor' }, 'location.see', said)).toEqual([
      { tie: 'organization', held: true, decision: 'user-grant' },
      { tie: 'assigned', held: false, decision: 'role-deny' },
      { tie: 'linked', held: false, decision: 'unattainable' },
    ]);
    expect(explainTies({ userId: other, role: 'org_office' }, 'location.see', said)).toEqual([
      { tie: 'organization', held: true, decision: 'table' },
    ]);
  });
});

describe('an override', () => {
  it('is refused where it could not have an effect', () => {
    const grant = { permission: 'members.see', effect: 'grant', ties: ['organization'] } as const;
    expect(overrideFault(grant, 'supervisor')).toBeNull();
    expect(overrideFault(grant, 'member')).toBe('unattainable');
    expect(overrideFault({ ...grant, ties: ['all'] }, 'org_admin')).toBe('unattainable');
    expect(overrideFault({ ...grant, permission: 'permissions.manage', effect: 'deny' }, 'org_admin')).toBe('fixed');
    expect(overrideFault({ ...grant, effect: 'deny', ties: [...ties] }, 'member')).toBeNull();
  });

  it('names a role or a user, and at least one tie', () => {
    const override = {
      subject: { kind: 'role', role: 'member' },
      permission: 'members.see',
      effect: 'deny',
      ties: ['self'],
    };
    expect(permissionOverride.safeParse(override).success).toBe(true);
    expect(permissionOverride.safeParse({ ...override, ties: [] }).success).toBe(false);
    expect(permissionOverride.safeParse({ ...override, subject: { kind: 'user', userId: 'x' } }).success).toBe(false);
  });
});
