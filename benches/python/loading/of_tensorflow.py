"""tf.data, tuned as its guide says: the decoder that decodes no more than the crop, parallel maps, prefetching."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

# Before TensorFlow is imported: no GPU is looked for, no greeting printed.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

import policies
from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import THREADS, Way


def files(task: Task, dataset: Dataset) -> Way:
    """From a list of files."""
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    mean, std = tf.constant(policies.MEAN) * 255, tf.constant(policies.STD) * 255
    no_boxes = tf.zeros((1, 0, 4))

    def load(path: Any, label: Any) -> tuple[Any, Any]:
        data = tf.io.read_file(path)
        begin, size, _ = tf.image.sample_distorted_bounding_box(
            tf.io.extract_jpeg_shape(data),
            no_boxes,
            min_object_covered=0.0,
            aspect_ratio_range=policies.RATIO,
            area_range=policies.AREA,
            max_attempts=10,
            use_image_if_no_bounding_boxes=True,
        )
        # With TensorFlow's own, faster decoding.
        image = tf.io.decode_and_crop_jpeg(data, tf.concat([begin[:2], size[:2]], 0), channels=3)
        image = tf.image.random_flip_left_right(tf.image.resize(image, (policies.SIDE, policies.SIDE)))
        return tf.transpose((image - mean) / std, (2, 0, 1)), label

    options = tf.data.Options()
    options.threading.private_threadpool_size = THREADS
    options.threading.max_intra_op_parallelism = 1
    options.deterministic = False
    batches = (
        tf.data.Dataset.from_tensor_slices((dataset.paths, dataset.labels))
        .shuffle(len(dataset))
        .map(tf.autograph.experimental.do_not_convert(load), num_parallel_calls=tf.data.AUTOTUNE)
        .batch(task.batch, drop_remainder=True)
        .prefetch(tf.data.AUTOTUNE)
        .with_options(options)
    )

    def epoch() -> Iterator[Any]:
        return (images for images, _ in batches.as_numpy_iterator())

    return Way(epoch, dataset.paths, {"TensorFlow": tf.__version__})
