// The tile registers of AMX, for ISA files: included inside their anonymous namespace.

// Eight tiles of 16 rows of 64 bytes. In static storage because g++ 12 believes that
// _tile_loadconfig reads eight bytes, and removes stores to the others of a local.
struct alignas(64) TileShapes {
  uint8_t palette;
  uint8_t start_row;
  uint8_t reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};
static const TileShapes kShapes = {
    1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};

// Holds the tile registers of the thread, all zero at first.
struct TileUnit {
  inline __attribute__((always_inline)) TileUnit() { _tile_loadconfig(&kShapes); }
  inline __attribute__((always_inline)) ~TileUnit() { _tile_release(); }
  TileUnit(const TileUnit&) = delete;
  TileUnit& operator=(const TileUnit&) = delete;
};

constexpr size_t kTileRowBytes = 64;

// The intrinsics of g++ 12 do not say that they read and write memory.
static inline __attribute__((always_inline)) void memory_is_used() {
  __asm__ volatile("" ::: "memory");
}
