from tests.faults.disks import may_mount

# A machine where nobody may mount a disk proves everything else. Asked for by name, it fails there.
collect_ignore = [] if may_mount() else ["test_disk.py"]
