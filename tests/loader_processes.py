"""Processes that use a loader: run by test_loader_processes.py in interpreters of their own.

loader_processes.py start fork|forkserver|spawn COUNT FOLDER   children begin after a loader was used here
loader_processes.py train STATE FOLDER                         writes its state after every batch, until it is killed
loader_processes.py resume STATE FOLDER                        prints what comes behind a state
loader_processes.py rank RANK COUNT PORT FOLDER                one of several processes of torch.distributed
loader_processes.py wait FOLDER                                iterates slowly, until it is interrupted
loader_processes.py memory BATCHES FOLDER                      prints how much memory grows
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import fastaug as A
from loading import digest, policy

SEED = 5


def items(folder):
    return [(str(path), number % 5) for number, path in enumerate(sorted(Path(folder).glob("*.jpg")))]


def loader(folder, **arguments):
    return A.Loader(items(folder), policy(), **{"batch_size": 4, "shuffle": True, "seed": SEED} | arguments)


def printable(batch):
    indices, image, label = digest(batch)
    return [indices.hex(), image, label]


def child(folder, queue):
    queue.put([printable(batch) for batch in loader(folder)])


def start(method, count, folder):
    load = loader(folder)
    expected = [printable(batch) for batch in load]
    running = iter(load)  # Its threads are at work while children are born.
    next(running)
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    agreed = 0
    for _ in range(int(count)):
        process = context.Process(target=child, args=(folder, queue))
        process.start()
        agreed += queue.get(timeout=60) == expected
        process.join()
    list(running)
    print(agreed, "children agreed")


def train(state, folder):
    load = loader(folder)
    for _ in range(1000):
        for batch in load:
            told = {"state": load.state_dict(), "last": printable(batch), "epoch": batch.epoch}
            fresh = Path(f"{state}.new")
            fresh.write_text(json.dumps(told))
            os.replace(fresh, state)
            time.sleep(0.005)


def resume(state, folder):
    load = loader(folder, threads=1)
    load.load_state_dict(json.loads(Path(state).read_text())["state"])
    rest = [printable(batch) for batch in load]
    print(json.dumps({"rest": rest, "epoch": load.epoch}))


def rank(number, count, port, folder):
    import torch.distributed as distributed

    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=port, RANK=number, WORLD_SIZE=count)
    distributed.init_process_group("gloo")
    load = loader(folder, batch_size=8 // int(count), tail="uneven")
    assert (load.rank, load.world_size) == (int(number), int(count))
    mine = [batch.index.tolist() for batch in load]
    everyone = [None] * int(count)
    distributed.all_gather_object(everyone, mine)
    if load.rank == 0:
        print(json.dumps(everyone))
    distributed.destroy_process_group()


def wait(folder):
    # Whoever is started in the background, by a shell without job control, is told to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for _ in range(1000):
        for number, _batch in enumerate(loader(folder)):
            if number == 0:
                print("going", flush=True)
            time.sleep(0.02)


def resident():
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory(batches, folder):
    rule = A.Compose([A.RandomResizedCrop(size=(224, 224)), A.HorizontalFlip(), A.Normalize()])
    load = A.Loader(items(folder) * 20, rule, 4, shuffle=True)
    sizes, done = [], 0
    while done < int(batches):
        for _batch in load:
            done += 1
            if done % 100 == 0:
                sizes.append(resident())
    half = len(sizes) // 2
    later = sizes[half:]
    middle = (len(later) - 1) / 2
    slope = sum((place - middle) * size for place, size in enumerate(later)) / sum(
        (place - middle) ** 2 for place in range(len(later))
    )
    print(json.dumps({"bytes_per_batch": slope / 100, "grown": sizes[-1] - sizes[half], "now": sizes[-1]}))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
