"""Guards lightness: importing needs numpy only, brings no torch and no OpenCV, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import textwrap


def run_python(code, *options):
    """What a fresh interpreter prints."""
    command = [sys.executable, *options, "-c", textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_nothing_heavy_is_imported():
    found = run_python("""
        import sys
        import numpy
        before = set(sys.modules)
        import fastaug as A
        A.Compose([A.RandomCrop(8, 8), A.Normalize(), A.ToTensorV2()])
        roots = {name.split(".")[0] for name in set(sys.modules) - before}
        print(*sorted(roots - set(sys.stdlib_module_names) - {"numpy"}))
    """)
    assert found == "fastaug"


def test_numpy_is_enough():
    """With every other package out of reach, a whole policy runs and is saved."""
    run_python("""
        import sys

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] in {"torch", "cv2", "yaml", "PIL", "scipy", "albumentations", "typing_extensions"}:
                    raise ImportError(name)

        sys.meta_path.insert(0, Refuse())
        import numpy as np
        import fastaug as A
        policy = A.Compose([A.RandomCrop(8, 8), A.HorizontalFlip(), A.ColorJitter(), A.Normalize()], seed=1)
        assert A.Compose.from_json(policy.to_json()) == policy
        assert policy.batch([np.zeros((20, 20, 3), np.uint8)] * 3)["image"].shape == (3, 3, 8, 8)
        try:
            policy.to_yaml()
        except A.PolicyError as error:
            assert "fastaug[yaml]" in str(error)
        else:
            raise AssertionError("YAML came from nowhere")
    """)


def test_importing_prints_and_warns_nothing():
    assert run_python("import fastaug", "-W", "error") == ""


def test_everything_public_is_there():
    import fastaug

    missing = [name for name in fastaug.__all__ if not hasattr(fastaug, name)]
    assert missing == []
    assert len(fastaug.__all__) == len(set(fastaug.__all__))
    assert fastaug.__version__


def test_every_transform_of_the_core_is_a_class_and_the_other_way_round():
    import fastaug
    from fastaug.transforms import Lambda
    from fastaug.transforms.declare import REGISTRY

    core = set(fastaug._core.transform_names())
    classes = {kind.__name__ for kind in REGISTRY.values()} - {Lambda.__name__}
    assert core - classes == set()
    assert classes - core == set()
