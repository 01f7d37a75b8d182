"""Guards what is drawn: the distributions of albumentations 2.0.8 and torchvision, by tests with fixed seeds that never flake.

Each p-value comes from one run with one seed, so it is a constant of the code: it either passes for ever or shows a mistake.
"""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pytest
from scipy import stats

import fastaug as A
from peers import albumentations, peer

COUNT = 4000
LEAST = 1e-3
"""A p-value below this says that two samples do not come from one distribution."""

IMAGE = np.zeros((40, 60, 3), np.uint8)


def draws(transform, count=COUNT, image=IMAGE, **data):
    """What a transform drew, call after call."""
    policy = A.Compose([transform], seed=1, save_applied_params=True)
    return [policy(image=image, **data, index=index)["applied_transforms"][0][1] for index in range(count)]


def peer_draws(transform, count=COUNT, image=IMAGE):
    """What albumentations' transform draws, call after call."""
    transform.set_random_state(np.random.default_rng(2), random.Random(2))
    found = []
    for _ in range(count):
        params = transform.get_params()
        params = transform.update_transform_params(params, {"image": image})
        found.append(params | transform.get_params_dependent_on_data(params, {"image": image}))
    return found


def is_uniform(values, low, high):
    values = np.asarray(values, float)
    assert values.min() >= low
    assert values.max() <= high
    assert stats.kstest(values, stats.uniform(low, high - low).cdf).pvalue > LEAST


def is_uniform_among(values, choices):
    counts = Counter(values)
    assert set(counts) == set(choices)
    assert stats.chisquare([counts[choice] for choice in choices]).pvalue > LEAST


def is_alike(ours, theirs):
    """Two samples of numbers from one distribution."""
    assert stats.ks_2samp(ours, theirs).pvalue > LEAST


# -- places ----------------------------------------------------------------------------------------------------------


def test_crops_lie_anywhere_equally_often():
    found = draws(A.RandomCrop(36, 51))
    is_uniform_among([one["y"] for one in found], range(5))
    is_uniform_among([one["x"] for one in found], range(10))
    together = Counter((one["y"], one["x"]) for one in found)
    assert stats.chisquare([together[y, x] for y in range(5) for x in range(10)]).pvalue > LEAST


def test_crops_lie_where_albumentations_puts_them():
    found = draws(A.RandomCrop(36, 51))
    theirs = [one["crop_coords"] for one in peer_draws(peer("RandomCrop", height=36, width=51))]
    table = [
        [Counter(one["x"] for one in found)[x] for x in range(10)],
        [Counter(left for left, *_ in theirs)[x] for x in range(10)],
    ]
    assert stats.chi2_contingency(table).pvalue > LEAST


def test_padding_anywhere_is_anywhere():
    found = draws(A.PadIfNeeded(44, 65, position="random"))
    is_uniform_among([one["pad_top"] for one in found], range(5))
    is_uniform_among([one["pad_left"] for one in found], range(6))


LARGE = np.zeros((400, 600, 3), np.uint8)


def torchvision_crop(rng, height, width, scale, ratio):
    """The published definition of RandomResizedCrop: height and width of the part, before it is placed."""
    for _ in range(10):
        area = height * width * rng.uniform(*scale)
        proportions = math.exp(rng.uniform(math.log(ratio[0]), math.log(ratio[1])))
        across, down = round(math.sqrt(area * proportions)), round(math.sqrt(area / proportions))
        if 0 < across <= width and 0 < down <= height:
            return down, across
    return min(height, round(width / ratio[0])), min(width, round(height * ratio[1]))


@pytest.mark.parametrize("scale", [(0.08, 1.0), (0.3, 0.5)])
def test_random_resized_crop_is_torchvisions(scale):
    ratio = (3 / 4, 4 / 3)
    found = [one["crop"] for one in draws(A.RandomResizedCrop((8, 8), scale=scale), image=LARGE)]
    rng = random.Random(3)
    expected = [torchvision_crop(rng, 400, 600, scale, ratio) for _ in range(COUNT)]
    theirs = [
        one["crop_coords"] for one in peer_draws(peer("RandomResizedCrop", size=(8, 8), scale=scale), image=LARGE)
    ]
    heights = [one["height"] for one in found]
    widths = [one["width"] for one in found]
    is_alike(heights, [height for height, _ in expected])
    is_alike(widths, [width for _, width in expected])
    is_alike(heights, [bottom - top for _, top, _, bottom in theirs])
    is_alike(np.array(heights) * widths, [h * w for h, w in expected])
    is_alike(np.log(np.array(widths) / heights), [math.log(w / h) for h, w in expected])
    # Where a part lies, as a share of where it could lie.
    free = [(one["x"] + 0.5) / (600 - one["width"] + 1) for one in found]
    is_uniform(free, 0, 1)


def test_random_sized_crop():
    found = [one["crop"] for one in draws(A.RandomSizedCrop((10, 19), (8, 8), w2h_ratio=1.5))]
    is_uniform_among([one["height"] for one in found], range(10, 20))
    assert all(one["width"] == int(one["height"] * 1.5) for one in found)


def test_crop_and_pad_draws_each_side_by_itself():
    found = np.array([one["sides"] for one in draws(A.CropAndPad(px=(-3, 4)))])
    for side in found.T:
        is_uniform_among(side.tolist(), range(-3, 5))
    correlation = np.corrcoef(found.T)
    assert np.abs(correlation - np.eye(4)).max() < 0.06
    together = np.array([one["sides"] for one in draws(A.CropAndPad(px=(-3, 4), sample_independently=False), 200)])
    assert (together == together[:, :1]).all()
    chosen = [one["sides"][0] for one in draws(A.CropAndPad(px_choices=[1, 5, 9]))]
    is_uniform_among(chosen, (1, 5, 9))


# -- geometry --------------------------------------------------------------------------------------------------------

UNIFORM = [
    (A.Rotate(limit=(-30, 50), p=1), {"angle_range": (-30, 50)}),
    (A.SafeRotate(limit=45, p=1), {"angle_range": (-45, 45)}),
    (A.RandomScale(scale_limit=0.3, p=1), {"scale_range": (-0.3, 0.3)}),
    (
        A.ShiftScaleRotate(shift_limit=0.1, scale_limit=(-0.2, 0.4), rotate_limit=20, p=1),
        {"shift_range_x": (-0.1, 0.1), "shift_range_y": (-0.1, 0.1), "scale_range": (-0.2, 0.4), "rotate_range": (-20, 20)},
    ),
    (
        A.Affine(scale=(0.7, 1.3), rotate=(-15, 25), shear={"x": (-5, 5), "y": (-9, 3)}, p=1),
        {"scale_x": (0.7, 1.3), "rotate": (-15, 25), "shear_x": (-5, 5), "shear_y": (-9, 3)},
    ),
    (A.RandomBrightnessContrast(p=1), {"brightness_range": (-0.2, 0.2), "contrast_range": (-0.2, 0.2)}),
    (A.RandomGamma(p=1), {"gamma_range": (80, 120)}),
    (
        A.ColorJitter(p=1),
        {"brightness_range": (0.8, 1.2), "contrast_range": (0.8, 1.2), "saturation_range": (0.8, 1.2), "hue_range": (-0.5, 0.5)},
    ),
    (
        A.HueSaturationValue(p=1),
        {"hue_shift_range": (-20, 20), "sat_shift_range": (-30, 30), "val_shift_range": (-20, 20)},
    ),
    (A.RGBShift(p=1), {"r_shift_range": (-20, 20), "g_shift_range": (-20, 20), "b_shift_range": (-20, 20)}),
    (A.Solarize(threshold_range=(0.2, 0.9), p=1), {"threshold_range": (0.2, 0.9)}),
    (A.CLAHE(p=1), {"clip_range": (1, 4)}),
    (A.Sharpen(p=1), {"alpha_range": (0.2, 0.5), "lightness_range": (0.5, 1.0)}),
    (A.GaussNoise(mean_range=(-0.1, 0.2), p=1), {"std_range": (0.2, 0.44), "mean_range": (-0.1, 0.2)}),
]  # fmt: skip


@pytest.mark.parametrize(("transform", "expected"), UNIFORM, ids=lambda value: type(value).__name__)
def test_ranges_are_drawn_from_evenly_and_independently(transform, expected):
    found = draws(transform, 2000)
    columns = {name: [one[name] for one in found] for name in expected}
    for name, (low, high) in expected.items():
        is_uniform(columns[name], low, high)
    if len(columns) > 1:
        correlation = np.corrcoef(list(columns.values()))
        assert np.abs(correlation - np.eye(len(columns))).max() < 0.1


def test_balanced_scale_shrinks_and_enlarges_equally_often():
    found = np.array([one["scale_x"] for one in draws(A.Affine(scale=(0.5, 3.0), balanced_scale=True, p=1))])
    assert stats.binomtest(int((found < 1).sum()), COUNT).pvalue > LEAST
    is_uniform(found[found < 1], 0.5, 1)
    is_uniform(found[found >= 1], 1, 3)
    theirs = peer_draws(peer("Affine", scale=(0.5, 3.0), balanced_scale=True, keep_ratio=True))
    is_alike(found, [one["scale"]["x"] for one in theirs])


def test_translations_in_pixels_are_whole():
    found = [one["translate_x"] for one in draws(A.Affine(translate_px={"x": (-3, 6)}, p=1))]
    is_uniform_among(found, range(-3, 7))


def test_perspective_moves_corners_as_albumentations_does():
    found = np.array([one["corners"] for one in draws(A.Perspective(scale=(0.05, 0.1), p=1))])
    inwards = np.abs(found - [[0, 0], [1, 0], [1, 1], [0, 1]])
    rng = np.random.default_rng(4)
    expected = np.abs(rng.normal(0, rng.uniform(0.05, 0.1, (COUNT, 1, 1)), (COUNT, 4, 2))) % 0.32
    for corner in range(4):
        for axis in range(2):
            is_alike(inwards[:, corner, axis], expected[:, corner, axis])


def test_symmetries_are_equally_likely():
    elements = ("e", "r90", "r180", "r270", "v", "hvt", "h", "t")
    is_uniform_among([one["group_element"] for one in draws(A.D4())], elements)
    is_uniform_among([one["group_element"] for one in draws(A.SquareSymmetry())], elements)
    is_uniform_among([one["group_element"] for one in draws(A.RandomRotate90())], elements[:4])


# -- erasing ---------------------------------------------------------------------------------------------------------


def holes_of(found):
    return [one["holes"] for one in found]


def test_coarse_dropout_draws_counts_sizes_and_places():
    found = holes_of(draws(A.CoarseDropout((1, 4), (3, 8), (10, 19), p=1)))
    is_uniform_among([len(holes) for holes in found], range(1, 5))
    every = [hole for holes in found for hole in holes]
    is_uniform_among([hole["height"] for hole in every], range(3, 9))
    is_uniform_among([hole["width"] for hole in every], range(10, 20))
    is_uniform([(hole["y"] + 0.5) / (40 - hole["height"] + 1) for hole in every[:400]], 0, 1)


def test_coarse_dropout_by_shares_is_albumentations():
    found = holes_of(draws(A.CoarseDropout((2, 2), (0.1, 0.3), (0.2, 0.5), p=1), image=LARGE))
    theirs = peer_draws(
        peer("CoarseDropout", num_holes_range=(2, 2), hole_height_range=(0.1, 0.3), hole_width_range=(0.2, 0.5)),
        image=LARGE,
    )
    boxes = np.concatenate([one["holes"] for one in theirs])
    every = [hole for holes in found for hole in holes]
    is_alike([hole["height"] for hole in every], boxes[:, 3] - boxes[:, 1])
    is_alike([hole["width"] for hole in every], boxes[:, 2] - boxes[:, 0])
    is_alike([hole["x"] for hole in every], boxes[:, 0])
    is_alike([hole["y"] for hole in every], boxes[:, 1])


def test_a_share_of_holes_is_the_share_covered():
    found = holes_of(draws(A.CoarseDropout((0.1, 0.3), (0.02, 0.04), (0.02, 0.04), p=1), 500, image=LARGE))
    shares = [sum(hole["height"] * hole["width"] for hole in holes) / (400 * 600) for holes in found]
    # The last hole goes a little beyond.
    is_uniform(np.array(shares) - 0.0005, 0.095, 0.305)
    assert min(shares) >= 0.1


def test_erasing_is_albumentations():
    found = holes_of(draws(A.Erasing(p=1), image=LARGE))
    theirs = np.concatenate([one["holes"] for one in peer_draws(peer("Erasing"), image=LARGE)])
    every = [hole for holes in found for hole in holes]
    assert len(every) == len(theirs) == COUNT
    is_alike([hole["height"] for hole in every], theirs[:, 3] - theirs[:, 1])
    is_alike([hole["width"] for hole in every], theirs[:, 2] - theirs[:, 0])
    is_alike([hole["x"] for hole in every], theirs[:, 0])


def test_stripes_are_albumentations():
    arguments = {"num_masks_x": (1, 3), "mask_x_length": (2, 9), "num_masks_y": 2, "mask_y_length": (1, 4)}
    found = holes_of(draws(A.XYMasking(**arguments, p=1)))
    theirs = [one["holes"] for one in peer_draws(peer("XYMasking", **{**arguments, "num_masks_y": (0, 2)}))]
    upright = [[hole for hole in holes if hole["height"] == 40] for holes in found]
    is_uniform_among([len(holes) for holes in upright], (1, 2, 3))
    is_uniform_among([len(all_of) - len(of_x) for all_of, of_x in zip(found, upright, strict=True)], (0, 1, 2))
    is_uniform_among([hole["width"] for holes in upright for hole in holes], range(2, 10))
    their_upright = np.concatenate([holes[holes[:, 3] - holes[:, 1] == 40] for holes in theirs if len(holes)])
    is_alike([hole["x"] for holes in upright for hole in holes], their_upright[:, 0])


def test_grid_offsets_cover_their_cells():
    found = holes_of(draws(A.GridDropout(ratio=0.5, holes_number_xy=(3, 2), p=1), 1500))
    assert {len(holes) for holes in found} == {6}
    first = [holes[0] for holes in found]
    assert {(hole["height"], hole["width"]) for hole in first} == {(10, 10)}
    is_uniform_among([hole["y"] for hole in first], range(11))
    is_uniform_among([hole["x"] for hole in first], range(11))


def test_pixels_are_dropped_with_their_probability():
    white = np.full((200, 300, 3), 255, np.uint8)
    together = A.Compose([A.PixelDropout(0.07, p=1)], seed=1)(image=white, index=0)["image"] == 0
    assert (together.all(axis=2) == together.any(axis=2)).all()
    assert stats.binomtest(int(together[:, :, 0].sum()), 60_000, 0.07).pvalue > LEAST
    single = A.Compose([A.PixelDropout(0.07, per_channel=True, p=1)], seed=1)(image=white, index=0)["image"] == 0
    assert stats.binomtest(int(single.sum()), 180_000, 0.07).pvalue > LEAST
    # Neither rows nor columns have more of them.
    assert stats.chisquare(together[:, :, 0].sum(axis=0)).pvalue > LEAST
    assert stats.chisquare(together[:, :, 0].sum(axis=1)).pvalue > LEAST


def test_channels_are_dropped_equally_often():
    found = [tuple(one["channels"]) for one in draws(A.ChannelDropout((1, 2), p=1))]
    is_uniform_among([len(channels) for channels in found], (1, 2))
    is_uniform_among([channels[0] for channels in found if len(channels) == 1], range(3))
    is_uniform_among([tuple(sorted(channels)) for channels in found if len(channels) == 2], [(0, 1), (0, 2), (1, 2)])


@pytest.mark.parametrize("fill", ["random", "random_uniform"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_random_fills_are_uniform(fill, dtype):
    """Noise inside holes, or one colour per hole: every value equally likely."""
    values = []
    policy = A.Compose([A.Erasing(scale=(0.5, 0.5), ratio=(1, 1), fill=fill, p=1)], seed=1, save_applied_params=True)
    marked = np.full((60, 60, 3), 7, dtype) if dtype == np.uint8 else np.full((60, 60, 3), 2, dtype)
    for index in range(1200 if fill == "random_uniform" else 4):
        result = policy(image=marked, index=index)
        (hole,) = result["applied_transforms"][0][1]["holes"]
        part = result["image"][hole["y"] :, hole["x"] :][: hole["height"], : hole["width"]]
        if fill == "random_uniform":
            assert (part == part[0, 0]).all()
            part = part[:1, :1]
        values.append(part.ravel())
    values = np.concatenate(values)
    if dtype == np.uint8:
        counts = np.bincount(values, minlength=256)
        assert stats.chisquare(counts).pvalue > LEAST
    else:
        is_uniform(values[:8000], 0, 1)


# -- colours, blur, noise --------------------------------------------------------------------------------------------


def test_orders_are_equally_likely():
    from itertools import permutations

    found = [tuple(one["order"]) for one in draws(A.ColorJitter(p=1))]
    is_uniform_among(found, list(permutations(range(4))))
    found = [tuple(one["channel_order"]) for one in draws(A.ChannelShuffle(p=1))]
    is_uniform_among(found, list(permutations(range(3))))


def test_photo_metric_distort_takes_each_step_by_itself():
    found = draws(A.PhotoMetricDistort(distort_p=0.3, p=1))
    steps = np.array([one["distorts"] for one in found])
    for step in steps.T:
        assert stats.binomtest(int(step.sum()), COUNT, 0.3).pvalue > LEAST
    assert stats.binomtest(sum(one["contrast_first"] for one in found), COUNT).pvalue > LEAST
    assert np.abs(np.corrcoef(steps.T) - np.eye(4)).max() < 0.07


def test_bits_are_equally_likely():
    is_uniform_among([one["bits"] if np.isscalar(one["bits"]) else one["bits"][0]
                      for one in draws(A.Posterize((2, 6), p=1))], range(2, 7))  # fmt: skip


def kernel_sizes(transform, image):
    """The size of a blur's kernel, seen in what becomes of a single bright pixel."""
    policy = A.Compose([transform], seed=1)
    sizes = []
    for index in range(1500):
        made = policy(image=image, index=index)["image"]
        sizes.append(int((made > 0).any(axis=0).sum()))
    return sizes


def test_blur_sizes_are_odd_and_equally_likely():
    image = np.zeros((31, 31), np.float32)
    image[15, 15] = 1
    is_uniform_among(kernel_sizes(A.Blur(blur_limit=(3, 9), p=1), image), (3, 5, 7, 9))


def test_noise_is_normal():
    image = np.full((200, 300, 3), 0.5, np.float32)
    policy = A.Compose([A.GaussNoise(std_range=(0.05, 0.05), mean_range=(0.02, 0.02), per_channel=True, p=1)], seed=1)
    noise = (policy(image=image, index=0)["image"] - image).astype(np.float64)
    assert stats.kstest(noise.ravel()[:20_000], stats.norm(0.02, 0.05).cdf).pvalue > LEAST
    whole = noise.ravel()
    assert abs(whole.mean() - 0.02) < 4 * 0.05 / math.sqrt(whole.size)
    assert abs(whole.std() / 0.05 - 1) < 0.01
    assert abs(stats.skew(whole)) < 0.03
    assert abs(stats.kurtosis(whole)) < 0.06
    # Independent of its neighbours, of the other channels, and of the next sample.
    for one, other in (
        (noise[:, 1:], noise[:, :-1]),
        (noise[1:], noise[:-1]),
        (noise[..., 0], noise[..., 1]),
        (noise, (policy(image=image, index=1)["image"] - image).astype(np.float64)),
    ):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.015


def test_noise_of_bytes_has_the_same_deviation():
    image = np.full((200, 300, 3), 128, np.uint8)
    policy = A.Compose([A.GaussNoise(std_range=(0.1, 0.1), per_channel=True, p=1)], seed=1)
    noise = policy(image=image, index=0)["image"].astype(np.float64) - 128
    assert abs(noise.mean()) < 0.5
    # Noise is cut to whole levels, towards zero: half a level less on either side.
    expected = np.trunc(np.random.default_rng(1).normal(0, 25.5, noise.shape)).std()
    assert abs(noise.std() / expected - 1) < 0.01


def test_noise_for_all_channels_is_shared():
    image = np.full((50, 60, 3), 0.5, np.float32)
    shared = A.Compose([A.GaussNoise(std_range=(0.05, 0.05), p=1)], seed=1)(image=image, index=0)["image"]
    assert (shared == shared[:, :, :1]).all()
    assert len(np.unique(shared)) > 1000


def test_coarse_noise_keeps_its_deviation_but_not_its_grain():
    image = np.full((200, 300), 0.5, np.float32)
    policy = A.Compose([A.GaussNoise(std_range=(0.05, 0.05), noise_scale_factor=0.25, p=1)], seed=1)
    noise = policy(image=image, index=0)["image"].astype(np.float64) - 0.5
    neighbours = np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1]
    assert neighbours > 0.5
    assert 0.02 < noise.std() < 0.06


def test_fringes_follow_their_mode():
    for mode, sign in (("green_purple", 1), ("red_blue", -1)):
        found = draws(A.ChromaticAberration(0.5, 0.1, mode=mode, p=1), 400)
        for one in found:
            assert one["primary_distortion_red"] * one["primary_distortion_blue"] * sign >= 0
    found = draws(A.ChromaticAberration(0.5, 0.1, mode="random", p=1), 1000)
    alike = sum(one["primary_distortion_red"] * one["primary_distortion_blue"] > 0 for one in found)
    assert stats.binomtest(alike, 1000).pvalue > LEAST
    is_uniform(np.abs([one["primary_distortion_red"] for one in found]), 0, 0.5)


# -- who runs --------------------------------------------------------------------------------------------------------


def names(node, count=COUNT):
    policy = A.Compose([node], seed=1, save_applied_params=True)
    return [tuple(name for name, _ in policy(image=IMAGE, index=index)["applied_transforms"]) for index in range(count)]


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_p_is_a_probability(p):
    assert stats.binomtest(names(A.HorizontalFlip(p=p)).count(("HorizontalFlip",)), COUNT, p).pvalue > LEAST


def test_weights_of_one_of():
    found = Counter(names(A.OneOf([A.HorizontalFlip(p=0.1), A.VerticalFlip(p=0.3), A.Transpose(p=0.6)], p=1)))
    counts = [found[("HorizontalFlip",)], found[("VerticalFlip",)], found[("Transpose",)]]
    assert stats.chisquare(counts, np.array([0.1, 0.3, 0.6]) * COUNT).pvalue > LEAST


def test_p_of_one_of():
    found = names(A.OneOf([A.HorizontalFlip(p=1), A.VerticalFlip(p=1)], p=0.3))
    assert stats.binomtest(COUNT - found.count(()), COUNT, 0.3).pvalue > LEAST


def test_some_of_takes_every_subset_equally_often():
    children = [A.HorizontalFlip(p=1), A.VerticalFlip(p=1), A.Transpose(p=1), A.InvertImg(p=1)]
    found = Counter(names(A.SomeOf(children, n=2)))
    assert len(found) == 6
    assert stats.chisquare(list(found.values())).pvalue > LEAST
    found = Counter(names(A.RandomOrder(children, n=2)))
    assert len(found) == 12
    assert stats.chisquare(list(found.values())).pvalue > LEAST


def test_children_decide_independently():
    found = names(A.Sequential([A.HorizontalFlip(p=0.5), A.VerticalFlip(p=0.5)], p=1))
    table = Counter((("HorizontalFlip" in one), ("VerticalFlip" in one)) for one in found)
    counts = [[table[a, b] for b in (False, True)] for a in (False, True)]
    assert stats.chi2_contingency(counts).pvalue > LEAST


def test_neighbouring_samples_and_epochs_are_independent():
    policy = A.Compose([A.Rotate(limit=(0, 1), p=1)], seed=1, save_applied_params=True)

    def angles(epoch):
        return np.array([
            policy(image=IMAGE[:2, :2], index=index, epoch=epoch)["applied_transforms"][0][1]["angle_range"]
            for index in range(3000)
        ])  # fmt: skip

    first, second = angles(0), angles(1)
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.06
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.06
    for seed in (2, 3):
        policy = A.Compose([A.Rotate(limit=(0, 1), p=1)], seed=seed, save_applied_params=True)
        assert abs(np.corrcoef(first, angles(0))[0, 1]) < 0.06


def test_the_tests_would_notice():
    """A sample that is slightly wrong fails: the tests above are not empty."""
    rng = np.random.default_rng(0)
    with pytest.raises(AssertionError):
        is_uniform(rng.uniform(0, 1, COUNT) ** 1.1, 0, 1)
    with pytest.raises(AssertionError):
        is_uniform_among(rng.choice(4, COUNT, p=[0.16, 0.28, 0.28, 0.28]).tolist(), range(4))
    assert albumentations.__version__ == "2.0.8"
