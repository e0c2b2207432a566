import type { Consumer } from '../../platform/events/port.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { accessChanges } from './consumers.ts';
import { findForgotten, findForgottenJob, sendPasswordLink, sendPasswordLinkJob } from './forgotten-password.ts';
import { sendInvitation, sendInvitationJob } from './invitations.ts';
import { authRoutes, forgottenPasswordPorts, invitationPorts } from './routes.ts';
import { authPersonalData } from './personal-data.ts';
import { expireTeacherCodes } from './teacher-codes.ts';

/** Sign-in, tokens, sessions and devices. */
export const authService: ServiceDescriptor = {
  name: 'auth',
  personalData: authPersonalData,
  create: (ports) => ({
    name: 'auth',
    routes: authRoutes(ports),
    consumers: [accessChanges(ports) as Consumer],
    jobs: (jobs) => {
      jobs.handle(sendInvitationJob, sendInvitation(invitationPorts(ports)));
      const forgotten = forgottenPasswordPorts(ports);
      jobs.handle(findForgottenJob, findForgotten(forgotten));
      jobs.handle(sendPasswordLinkJob, sendPasswordLink(forgotten));
      jobs.every('auth.expire-teacher-codes', 5 * 60_000, expireTeacherCodes(ports));
    },
  }),
};
