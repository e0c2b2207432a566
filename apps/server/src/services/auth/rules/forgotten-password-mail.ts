interface Forgotten {
  readonly displayName: string;
  readonly organizationName: string;
  readonly language: string;
  readonly link: string;
  /** For so long it works. */
  readonly minutes: number;
}

/** Names may hold anything; in a message they stay on their line. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What somebody is sent who has forgotten the password, or whose address somebody else has typed. */
export const forgottenPasswordMail = (forgotten: Forgotten): { readonly subject: string; readonly text: string } => {
  const name = oneLine(forgotten.displayName);
  const organization = oneLine(forgotten.organizationName);
  const { link, minutes } = forgotten;
  if (forgotten.language.startsWith('de')) {
    return {
      subject: `Ein neues Passwort für ${organization}`,
      text: `Guten Tag ${name},

für Ihren Zugang zu Muster bei ${organization} wurde ein neues Passwort verlangt. Wählen Sie es hier:

${link}

Der Link gilt einmal, ${minutes} Minuten lang.

Waren Sie das nicht, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.
`,
    };
  }
  return {
    subject: `A new password for ${organization}`,
    text: `Hello ${name},

a new password was asked for, for your account with Muster at ${organization}. Choose it here:

${link}

The link works once, within ${minutes} minutes.

If it was not you, there is nothing you have to do: your password stays as it is.
`,
  };
};
