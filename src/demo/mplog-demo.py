#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same tasks in processes of their own, or one after the other in this one.

    mplog-demo.py --n-jobs=3
    journalctl -t mplog-demo PROCESS=1
"""

import argparse
import logging
import time

import mplog
from joblib import Parallel, delayed


@mplog.process("{process_name}")
def run_in_parallel(process_name: str) -> str:
    logging.debug(f"Running process: {process_name} ...")
    time.sleep(0.1)
    logging.debug("Done.")
    return process_name


def test(n_jobs: int) -> None:
    print(f"Running: {n_jobs=} ...", flush=True)
    mplog.basicConfig("mplog-demo", single=n_jobs == 1, level="DEBUG")
    parallel = Parallel(n_jobs=n_jobs, backend="loky")
    logging.info("Starting ...")
    n_tasks = 3
    results = parallel(
        delayed(run_in_parallel)(process_name=str(i))
        for i in range(1, n_tasks + 1)
    )
    logging.info("Done.")
    print(results)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--n-jobs", required=True, type=int)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    test(n_jobs=args.n_jobs)


if __name__ == "__main__":
    main()
