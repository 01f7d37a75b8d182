"""Guards folders of images and masks: which belong together, and that a missing one is told."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from elsewhere import check_everywhere, samples
from fastaug.sources import Segmentation


def make(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


@pytest.fixture
def root(tmp_path):
    make(tmp_path, *(f"images/{name}.jpg" for name in ("b", "a", "deep/a", "c.d")))
    make(tmp_path, *(f"masks/{name}.png" for name in ("b", "a", "deep/a", "c.d", "more", "deep/b")))
    return tmp_path


def pairs(source, root):
    return [
        (str(image)[len(str(root)) + 1 :], target["mask"][len(str(root)) + 1 :]) for image, target in samples(source)
    ]


def test_files_of_one_name_belong_together(root):
    source = Segmentation(root / "images", root / "masks")
    assert pairs(source, root) == [
        ("images/a.jpg", "masks/a.png"),
        ("images/b.jpg", "masks/b.png"),
        ("images/c.d.jpg", "masks/c.d.png"),
        ("images/deep/a.jpg", "masks/deep/a.png"),
    ]
    assert source.path(3) == str(root / "images/deep/a.jpg")
    assert len(source) == 4
    assert repr(source) == f"Segmentation of 4 images in {str(root / 'images')!r}"
    with pytest.raises(IndexError, match="there are 4 samples"):
        source.read(4)


def test_images_without_a_mask_are_told(root):
    make(root, "images/x.jpg")
    with pytest.raises(A.SourceError, match=r"1 images have no mask in .*/masks: 'x'"):
        Segmentation(root / "images", root / "masks")
    make(root, *(f"images/y{number:02}.jpg" for number in range(20)))
    with pytest.raises(A.SourceError, match=r"21 images have no mask in .*: 'x', 'y00', .*'y08' and 11 more"):
        Segmentation(root / "images", root / "masks")


def test_only_some_and_in_their_order(root):
    make(root, "images/x.jpg")
    expected = [("images/deep/a.jpg", "masks/deep/a.png"), ("images/b.jpg", "masks/b.png")]
    assert pairs(Segmentation(root / "images", root / "masks", names=["deep/a", "b"]), root) == expected
    (root / "train.txt").write_text("deep/a\n\n b \n")
    assert pairs(Segmentation(root / "images", root / "masks", names=root / "train.txt"), root) == expected
    with pytest.raises(A.SourceError, match="1 images have no mask in .*: 'x'"):
        Segmentation(root / "images", root / "masks", names=["a", "x"])
    with pytest.raises(A.SourceError, match="1 names have no image in .*: 'z'"):
        Segmentation(root / "images", root / "masks", names=["a", "z"])
    with pytest.raises(A.SourceError, match="1 names are there twice: 'a'"):
        Segmentation(root / "images", root / "masks", names=["a", "b", "a"])
    with pytest.raises(FileNotFoundError, match=r"none\.txt: no such file"):
        Segmentation(root / "images", root / "masks", names=root / "none.txt")
    with pytest.raises(TypeError, match="names must be strings"):
        Segmentation(root / "images", root / "masks", names=[1])


def test_endings(root):
    make(root, "left/ulm/ulm_0_left.png", "fine/ulm/ulm_0_fine_ids.png", "fine/ulm/ulm_0_fine_color.png")
    source = Segmentation(root / "left", root / "fine", image_ending="_left", mask_ending="_fine_ids")
    assert pairs(source, root) == [("left/ulm/ulm_0_left.png", "fine/ulm/ulm_0_fine_ids.png")]
    with pytest.raises(TypeError, match="endings of masks must be strings"):
        Segmentation(root / "left", root / "fine", mask_ending=3)


def test_one_folder_for_both(root):
    make(root, "both/1.png", "both/1_mask.png", "both/2.png", "both/2_mask.png")
    expected = [("both/1.png", "both/1_mask.png"), ("both/2.png", "both/2_mask.png")]
    assert pairs(Segmentation(root / "both", root / "both", mask_ending="_mask"), root) == expected
    make(root, "two/1.jpg", "two/1.png")
    source = Segmentation(root / "two", root / "two", extensions=".jpg", mask_extensions=".png")
    assert pairs(source, root) == [("two/1.jpg", "two/1.png")]
    with pytest.raises(A.SourceError, match="there are no images"):
        Segmentation(root / "two", root / "two")


def test_what_is_ambiguous_or_missing_is_told(root):
    make(root, "masks/a.tif")
    with pytest.raises(A.SourceError, match="1 names have several masks in .*: 'a'"):
        Segmentation(root / "images", root / "masks")
    assert len(Segmentation(root / "images", root / "masks", mask_extensions="png")) == 4
    make(root, "images/b.png")
    with pytest.raises(A.SourceError, match="1 names have several images in .*: 'b'"):
        Segmentation(root / "images", root / "masks", mask_extensions="png")
    (root / "empty").mkdir()
    with pytest.raises(A.SourceError, match="there are no images in .*empty"):
        Segmentation(root / "empty", root / "masks")
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        Segmentation(root / "images", root / "nowhere")


def test_masks_go_into_a_policy(tmp_path):
    image = pytest.importorskip("PIL.Image")
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    labels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    image.fromarray(labels).save(tmp_path / "masks" / "1.png")
    (tmp_path / "images" / "1.jpg").write_bytes(A.imencode(np.zeros((3, 4, 3), np.uint8)))
    path, target = Segmentation(tmp_path / "images", tmp_path / "masks").read(0)
    made = A.Compose([A.HorizontalFlip(p=1.0)])(image=path, **target)
    np.testing.assert_array_equal(made["mask"].reshape(3, 4), labels[:, ::-1])


def test_everywhere(root):
    check_everywhere(Segmentation(root / "images", root / "masks"), limit=3000)
