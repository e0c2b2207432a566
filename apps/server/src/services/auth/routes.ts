import {
  apiKeyRoutes,
  authSecurityRoutes,
  deviceRoutes,
  peopleRoutes,
  registrationRoutes,
  authRoutes as routes,
  singleSignOnRoutes,
} from '@muster/contracts';
import { type BoundRoute, open, signedIn, verb } from '../../platform/http/bound-route.ts';
import { publicFetch } from '../../platform/http/outgoing/public-fetch.ts';
import type { Ports } from '../../platform/service.ts';
import { listApiKeys, makeApiKey, revokeApiKey } from './api-keys.ts';
import { changePassword } from './change-password.ts';
import { findCountry } from './countries.ts';
import { beginFactor, finishFactor, removePasskey, removeTotp, renewRecoveryCodes } from './factors.ts';
import { challengeDevice } from './device-proof.ts';
import {
  approveWaitingDevice,
  listDevicesOf,
  listOwnDevices,
  listWaitingDevices,
  renameDevice,
  renameOwnDevice,
  revokeDevice,
  revokeOwnDevice,
} from './devices.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { askForPasswordLink, type ForgottenPasswordPorts } from './forgotten-password.ts';
import { type InvitationPorts, inviteByEmail, inviteByLink, listInvitations, revokeInvitation } from './invitations.ts';
import { issueTokens } from './issue-tokens.ts';
import { jwks } from './jwks.ts';
import { readSecurity } from './own-security.ts';
import { beginPasskeySignIn, signInByPasskey } from './passkey-sign-in.ts';
import { relyingPartyOf } from './passkeys.ts';
import { readPasswordLink, setPasswordByLink } from './password-links.ts';
import { endSessionsOf, makePasswordLinkFor, readSecurityOf, resetFactorsOf } from './people-security.ts';
import { changeSignInPolicy, readSignInPolicy } from './policy.ts';
import type { AuthPorts } from './ports.ts';
import { refresh } from './refresh.ts';
import { confirmDevice, readRegistration, register } from './registration.ts';
import { SecretBox } from './secret-box.ts';
import { endOtherSessions, endSession, listSessions } from './sessions.ts';
import { beginSetUpAtSignIn, finishSetUpAtSignIn } from './set-up-at-sign-in.ts';
import { signIn } from './sign-in.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { signOut } from './sign-out.ts';
import { SigningKeys } from './signing-keys.ts';
import { configureSingleSignOn, readSingleSignOn, removeSingleSignOn } from './single-sign-on/configure.ts';
import { beginSingleSignOn, finishSingleSignOn } from './single-sign-on/sign-in.ts';
import { beginPasskeyStepUp, stepUp } from './step-up.ts';
import { issueTeacherCode, readTeacherCode, withdrawTeacherCode } from './teacher-codes.ts';

/** What the verbs share, made out of what a service is given. */
export const authPorts = (
  {
    database,
    events,
    cache,
    clock,
    accessTokens,
    settings,
  }: Omit<Ports, 'telemetry' | 'jobs' | 'realtime' | 'objects'>,
  keys: SigningKeys,
): AuthPorts => ({
  database,
  events,
  clock,
  accessTokens,
  issue: issueTokens({ keys, issuer: settings.publicUrl }),
  throttle: new SignInThrottle(cache),
  box: new SecretBox(database, clock, settings.secretKeys),
  party: relyingPartyOf(settings.publicUrl),
  findCountry: findCountry(),
  fetchPublic: publicFetch(settings.privateHosts ?? new Set()),
  publicUrl: settings.publicUrl,
});

export const authRoutes = (platform: Ports): BoundRoute[] => {
  const keys = new SigningKeys(platform.database, platform.clock);
  const ports = authPorts(platform, keys);
  return [
    open(routes.signIn, signIn(ports)),
    open(routes.finishSignIn, finishSignIn(ports)),
    open(routes.beginSetUpAtSignIn, beginSetUpAtSignIn(ports)),
    open(routes.finishSetUpAtSignIn, finishSetUpAtSignIn(ports)),
    open(routes.beginPasskeySignIn, beginPasskeySignIn(ports)),
    open(routes.signInByPasskey, signInByPasskey(ports)),
    open(routes.readPasswordLink, readPasswordLink(ports)),
    open(routes.setPasswordByLink, setPasswordByLink(ports)),
    open(routes.refresh, refresh(ports)),
    signedIn(routes.signOut, signOut(ports)),
    open(routes.jwks, jwks(keys)),
    ...securityRoutes(ports),
    ...devices(ports),
    ...singleSignOn(ports),
    verb(apiKeyRoutes.listApiKeys, listApiKeys),
    verb(apiKeyRoutes.makeApiKey, makeApiKey(ports)),
    verb(apiKeyRoutes.revokeApiKey, revokeApiKey(ports)),
    ...invitations(invitationPorts(platform)),
    ...registration(ports),
    open(registrationRoutes.askForPasswordLink, askForPasswordLink(forgottenPasswordPorts(platform))),
  ];
};

const securityRoutes = (ports: AuthPorts): BoundRoute[] => {
  const own = authSecurityRoutes;
  return [
    verb(own.readSecurity, readSecurity),
    signedIn(own.changePassword, changePassword(ports)),
    verb(own.beginFactor, beginFactor(ports)),
    verb(own.finishFactor, finishFactor(ports)),
    verb(own.removeTotp, removeTotp(ports)),
    verb(own.removePasskey, removePasskey(ports)),
    verb(own.renewRecoveryCodes, renewRecoveryCodes(ports)),
    verb(own.listSessions, listSessions(ports)),
    verb(own.endSession, endSession(ports)),
    verb(own.endOtherSessions, endOtherSessions(ports)),
    verb(own.beginPasskeyStepUp, beginPasskeyStepUp(ports)),
    verb(own.stepUp, stepUp(ports)),
    verb(own.readSignInPolicy, readSignInPolicy),
    verb(own.changeSignInPolicy, changeSignInPolicy(ports)),
    verb(own.readSecurityOf, readSecurityOf(ports)),
    verb(own.endSessionsOf, endSessionsOf(ports)),
    verb(own.resetFactorsOf, resetFactorsOf(ports)),
    verb(own.makePasswordLink, makePasswordLinkFor(ports)),
  ];
};

const registration = (ports: AuthPorts): BoundRoute[] => [
  verb(registrationRoutes.issueTeacherCode, issueTeacherCode(ports)),
  verb(registrationRoutes.readTeacherCode, readTeacherCode(ports)),
  verb(registrationRoutes.withdrawTeacherCode, withdrawTeacherCode(ports)),
  open(registrationRoutes.readRegistration, readRegistration(ports)),
  open(registrationRoutes.register, register(ports)),
  verb(registrationRoutes.confirmDevice, confirmDevice(ports)),
];

const devices = (ports: AuthPorts): BoundRoute[] => [
  open(deviceRoutes.challengeDevice, challengeDevice(ports)),
  verb(deviceRoutes.listOwnDevices, listOwnDevices(ports)),
  verb(deviceRoutes.renameOwnDevice, renameOwnDevice(ports)),
  verb(deviceRoutes.revokeOwnDevice, revokeOwnDevice(ports)),
  verb(deviceRoutes.listDevicesOf, listDevicesOf(ports)),
  verb(deviceRoutes.listWaitingDevices, listWaitingDevices(ports)),
  verb(deviceRoutes.approveDevice, approveWaitingDevice(ports)),
  verb(deviceRoutes.renameDevice, renameDevice(ports)),
  verb(deviceRoutes.revokeDevice, revokeDevice(ports)),
];

const singleSignOn = (ports: AuthPorts): BoundRoute[] => [
  open(singleSignOnRoutes.beginSingleSignOn, beginSingleSignOn(ports)),
  open(singleSignOnRoutes.finishSingleSignOn, finishSingleSignOn(ports)),
  verb(singleSignOnRoutes.readSingleSignOn, readSingleSignOn(ports)),
  signedIn(singleSignOnRoutes.configureSingleSignOn, configureSingleSignOn(ports)),
  verb(singleSignOnRoutes.removeSingleSignOn, removeSingleSignOn(ports)),
];

export const forgottenPasswordPorts = ({ settings, ...ports }: Ports): ForgottenPasswordPorts => ({
  ...ports,
  box: new SecretBox(ports.database, ports.clock, settings.secretKeys),
  throttle: new SignInThrottle(ports.cache),
  publicUrl: settings.publicUrl,
});

export const invitationPorts = ({ settings, ...ports }: Ports): InvitationPorts => ({
  ...ports,
  publicUrl: settings.publicUrl,
});

const invitations = (ports: InvitationPorts): BoundRoute[] => [
  verb(peopleRoutes.inviteByLink, inviteByLink(ports)),
  verb(peopleRoutes.inviteByEmail, inviteByEmail(ports)),
  verb(peopleRoutes.listInvitations, listInvitations(ports)),
  verb(peopleRoutes.revokeInvitation, revokeInvitation(ports)),
];
