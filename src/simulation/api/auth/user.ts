/** Somebody who asks for something. */
export interface User {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

export const mastersGroup = 'system:masters';
export const authenticatedGroup = 'system:authenticated';

export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Those who live in this process, and those who hold the cluster's own token: nobody asks what they may. */
export function isMaster({ groups }: User): boolean {
  return groups.includes(mastersGroup);
}
