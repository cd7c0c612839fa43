"""The kind of file system that a path lies on."""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = {"afs", "beegfs", "ceph", "cifs", "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"}
_NETWORK_FUSE = {"fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs"}


def network_file_system(path: Path, *, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that a path lies on.

    Args:
        path: need not exist.
        mounts: the table of mounts, as Linux gives it in `/proc/self/mountinfo`.

    Returns:
        Its name, such as "nfs4"; `None` if it is local, or if there is no mount table.
    """
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return None
    resolved, longest, kind = path.resolve(), 0, ""
    for line in lines:
        # Mount point in the fifth field, with blanks as \040; type after the dash. Later mounts cover earlier ones.
        fields, _, after = line.partition(" - ")
        mount_point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields.split()[4])
        if resolved.is_relative_to(mount_point) and len(mount_point) >= longest:
            longest, kind = len(mount_point), after.split()[0]
    return kind if kind in _NETWORK | _NETWORK_FUSE else None
