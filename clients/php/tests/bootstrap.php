<?php

declare(strict_types=1);

require_once __DIR__ . '/../src/Quasar.php';
require_once __DIR__ . '/Support.php';
