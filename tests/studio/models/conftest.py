from tests.redis_server import IS_INSTALLED

# A machine without Redis proves everything else. Asked for by name, the file fails there.
collect_ignore = [] if IS_INSTALLED else ["test_shared_turns.py"]
