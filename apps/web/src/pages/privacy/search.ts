export const privacySections = ['notices', 'retention', 'requests', 'person'] as const;
export type PrivacySection = (typeof privacySections)[number];
