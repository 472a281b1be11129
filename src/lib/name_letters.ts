/** The letters of names that Kubernetes generates: no vowels, and none that looks like another. */
export const nameLetters = 'bcdfghjklmnpqrstvwxz2456789';
