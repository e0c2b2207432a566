interface Invited {
  readonly displayName: string;
  readonly organizationName: string;
  readonly language: string;
  readonly email: string | null;
  readonly number: string | null;
  readonly link: string;
  readonly expiresAt: Date;
}

/** Names may hold anything; in a message they stay on their line. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What an invitation says, in the language of whoever is invited. */
export const invitationMail = (invited: Invited): { readonly subject: string; readonly text: string } => {
  const name = oneLine(invited.displayName);
  const organization = oneLine(invited.organizationName);
  const identifier = invited.email ?? invited.number ?? '';
  const day = (locale: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(invited.expiresAt);
  if (invited.language.startsWith('de')) {
    return {
      subject: `Ihr Zugang zu ${organization}`,
      text: `Guten Tag ${name},

${organization} hat für Sie einen Zugang zu Muster eingerichtet. Wählen Sie hier Ihr Passwort:

${invited.link}

Danach melden Sie sich mit ${identifier} an. Der Link gilt einmal, bis ${day('de')}.

Haben Sie damit nicht gerechnet, brauchen Sie nichts zu tun.
`,
    };
  }
  return {
    subject: `Your access to ${organization}`,
    text: `Hello ${name},

${organization} has set up an account for you with Muster. Choose your password here:

${invited.link}

Then sign in with ${identifier}. The link works once, until ${day('en-GB')}.

If you did not expect this, there is nothing you have to do.
`,
  };
};
