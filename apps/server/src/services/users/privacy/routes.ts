import { dataRequestRoutes, privacyRoutes as routes } from '@muster/contracts';
import { type BoundRoute, signedIn, verb } from '../../../platform/http/bound-route.ts';
import type { Ports } from '../../../platform/service.ts';
import * as consents from './consents.ts';
import * as requests from './data-requests.ts';
import { listNotices, publishNotice, readPrivacySheet } from './notices.ts';
import * as persons from './person-privacy.ts';
import { changeRetention, readRetention } from './retention.ts';

export const privacyTable = (ports: Ports): BoundRoute[] => [
  verb(routes.readOwnPrivacy, consents.readOwnPrivacy),
  verb(routes.giveConsent, consents.giveConsent(ports)),
  verb(routes.withdrawConsent, consents.withdrawConsent(ports)),
  verb(routes.grantGuardian, consents.grantGuardian(ports)),
  verb(routes.readPrivacySheet, readPrivacySheet),
  verb(routes.listNotices, listNotices),
  verb(routes.publishNotice, publishNotice),
  verb(routes.readRetention, readRetention),
  verb(routes.changeRetention, changeRetention),
  verb(routes.readPersonPrivacy, persons.readPersonPrivacy),
  verb(routes.enterPaperConsent, persons.enterPaperConsent(ports)),
  verb(routes.setBirthDate, persons.setBirthDate(ports)),
  verb(routes.setHold, persons.setHold),
  verb(dataRequestRoutes.exportOwnData, requests.exportOwnData(ports)),
  verb(dataRequestRoutes.exportDataOf, requests.exportDataOf(ports)),
  verb(dataRequestRoutes.listOwnDataRequests, requests.listOwnDataRequests),
  verb(dataRequestRoutes.listDataRequests, requests.listDataRequests),
  signedIn(dataRequestRoutes.downloadDataExport, requests.downloadDataExport(ports)),
  verb(dataRequestRoutes.erasePerson, requests.erasePerson(ports)),
];
