"""Guards what a ``Lambda`` raises: what ends a program ends a batch at once, and failures that are collected keep their cause."""

from __future__ import annotations

import traceback

import numpy as np
import pytest

import fastaug as A
from fastaug.composition.batch import Way, run_samples
from pictures import labels, photo

ENDINGS = [KeyboardInterrupt, SystemExit, GeneratorExit, type("Own", (BaseException,), {})]


def images(count=6):
    return [np.full((20, 24, 3), number, np.uint8) for number in range(count)]


def policy(raised, at=2, seen=None):
    """A policy whose function raises something when it comes to an image."""

    def in_the_function(image, **_):
        if seen is not None:
            seen.append(int(image[0, 0, 0]))
        if image[0, 0, 0] == at:
            raise raised
        return image

    return A.Compose([A.NoOp(), A.Lambda(image=in_the_function)], seed=1)


def collected(some_policy, samples, threads):
    seeds = [(0, 0, number) for number in range(len(samples))]
    return run_samples(some_policy, samples, seeds, Way(threads=threads, collected=True))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("kind", ENDINGS)
def test_what_ends_a_program_is_raised_as_it_is(kind, threads):
    raised = kind("stop")
    some_policy = policy(raised)
    for attempt in (
        lambda: some_policy(image=images()[2]),
        lambda: some_policy(image=images()[2], mask=labels(20, 24)),
        lambda: some_policy.batch(images(), threads=threads),
        lambda: some_policy.batch(images(), masks=[labels(20, 24)] * 6, threads=threads),
        lambda: collected(some_policy, [{"image": image} for image in images()], threads),
        lambda: collected(some_policy, [{"image": image, "mask": labels(20, 24)} for image in images()], threads),
        lambda: collected(some_policy, [{"image": image} for image in [images()[2], b"no image", b""]], threads),
    ):
        with pytest.raises(kind, match="stop") as caught:
            attempt()
        assert caught.value is raised
        assert "in_the_function" in "".join(traceback.format_tb(raised.__traceback__))
        raised.__traceback__ = None


@pytest.mark.parametrize("is_collected", [False, True])
def test_no_sample_is_begun_after_it(is_collected):
    seen = []
    some_policy = policy(KeyboardInterrupt(), seen=seen)
    with pytest.raises(KeyboardInterrupt):
        if is_collected:
            collected(some_policy, [{"image": image} for image in images()], 1)
        else:
            some_policy.batch(images(), threads=1)
    assert seen == [0, 1, 2]


def test_it_goes_before_other_failures():
    def fail(image, **_):
        raise {0: KeyError("first"), 1: SystemExit(3)}[int(image[0, 0, 0])]

    some_policy = A.Compose([A.Lambda(image=fail)])
    with pytest.raises(SystemExit, match="3"):
        some_policy.batch(images(2), threads=1)
    with pytest.raises(SystemExit, match="3"):
        collected(some_policy, [{"image": image} for image in images(2)], 1)
    # The policy is as good as before.
    with pytest.raises(KeyError, match="first"):
        some_policy.batch(images(1))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_failures_that_are_collected_have_what_was_raised_as_their_cause(threads):
    def fail(image, **_):
        number = int(image[0, 0, 0])
        if number % 2:
            missing_of_sample(number)
        return image

    def missing_of_sample(number):
        raise KeyError(f"missing {number}")

    some_policy = A.Compose([A.NoOp(), A.Lambda(image=fail)], seed=1)
    samples = [*({"image": image} for image in images(40)), {"image": b"no image"}]
    outcome = collected(some_policy, samples, threads)
    assert sorted(outcome.failures) == [*range(1, 40, 2), 40]
    for number in range(1, 40, 2):
        failure = outcome.failures[number]
        assert type(failure) is A.ShapeError
        assert f"transforms[1].Lambda: KeyError: 'missing {number}'" in str(failure)
        cause = failure.__cause__
        assert type(cause) is KeyError
        assert cause.args == (f"missing {number}",)
        assert traceback.extract_tb(cause.__traceback__)[-1].name == "missing_of_sample"
        assert "in fail" in "".join(traceback.format_exception(failure))
    assert type(outcome.failures[40]) is A.DecodeError
    assert outcome.failures[40].__cause__ is None
    made = outcome.columns["image"]
    assert all((made[number] == number).all() for number in range(0, 40, 2))


@pytest.mark.parametrize("target", ["mask", "bboxes", "keypoints"])
def test_functions_for_other_targets_too(target):
    def fail(*_, **__):
        raise LookupError(target)

    some_policy = A.Compose(
        [A.Lambda(**{target: fail})],
        bbox_params=A.BboxParams("pascal_voc"),
        keypoint_params=A.KeypointParams("xy"),
    )
    sample = {"image": photo(), "mask": labels(), "bboxes": [[1, 2, 30, 40]], "keypoints": [[3, 4]]}
    outcome = collected(some_policy, [sample], 1)
    assert type(outcome.failures[0].__cause__) is LookupError
    with pytest.raises(LookupError, match=target):
        some_policy(**sample)


def test_a_loader_tells_all_of_it():
    def fail(image, **_):
        raise KeyError("missing")

    class Source:
        def __len__(self):
            return 1

        def read(self, index):
            return photo(), index

    with pytest.raises(A.SampleError, match="sample 0: .*Lambda: KeyError: 'missing'") as caught:
        list(A.Loader(Source(), A.Compose([A.Lambda(image=fail)]), 1))
    causes = []
    error = caught.value
    while (error := error.__cause__) is not None:
        causes.append(type(error))
    assert causes == [A.ShapeError, KeyError]
