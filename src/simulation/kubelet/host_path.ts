/** What every Linux machine has; what is made on demand is on none. */
const folders = [
  ...[
    '/',
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/home',
    '/lib',
    '/lib/modules',
    '/media',
    '/mnt',
    '/opt',
    '/proc',
    '/root',
  ],
  ...[
    '/run',
    '/sbin',
    '/srv',
    '/sys',
    '/sys/fs/cgroup',
    '/tmp',
    '/usr',
    '/usr/lib',
    '/usr/local',
    '/usr/share',
    '/var',
  ],
  ...['/var/lib', '/var/lib/kubelet', '/var/lib/kubelet/pods', '/var/log', '/var/log/containers', '/var/log/pods'],
  ...['/etc/kubernetes', '/etc/ssl/certs', '/run/containerd', '/var/lib/containerd', '/var/run', '/var/tmp'],
];
const files = [
  '/etc/hostname',
  '/etc/hosts',
  '/etc/localtime',
  '/etc/machine-id',
  '/etc/os-release',
  '/etc/resolv.conf',
];
const sockets = ['/run/containerd/containerd.sock', '/var/run/containerd/containerd.sock'];
const devices = ['/dev/null', '/dev/random', '/dev/urandom', '/dev/zero'];

const expected: Record<string, { what: string; paths: readonly string[] }> = {
  Directory: { what: 'a directory', paths: folders },
  DirectoryOrCreate: { what: 'a directory', paths: folders },
  File: { what: 'a file', paths: files },
  FileOrCreate: { what: 'a file', paths: files },
  Socket: { what: 'a socket file', paths: sockets },
  CharDevice: { what: 'a character device', paths: devices },
  BlockDevice: { what: 'a block device', paths: [] },
};
const known = new Set([...folders, ...files, ...sockets, ...devices]);

/** Why a path of the machine can't be mounted as what the pod takes it for. */
export function problemWithHostPath({ path, type = '' }: { path: string; type?: string }): string | undefined {
  const wanted = expected[type];
  const place = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (!wanted || wanted.paths.includes(place)) return undefined;
  if (type.endsWith('OrCreate') && !known.has(place)) return undefined;
  return `hostPath type check failed: ${path} is not ${wanted.what}`;
}
