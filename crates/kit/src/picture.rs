//! Pictures that somebody uploads: decoded within limits, turned upright, scaled, stored anew as JPEG. What the file said beside the
//! picture (place, camera, names) is gone afterwards.
use crate::fail::{Fail, Result};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage};
use std::io::Cursor;

/// Largest file, bytes.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest side of a decoded picture, pixels.
const SIDE_MAX: u32 = 8_000;
/// Memory for decoding, bytes.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
/// Shortest side that is of use, pixels.
const SIDE_MIN: u32 = 200;
/// Longest sides of what is kept.
const LARGE: u32 = 1_200;
const SMALL: u32 = 320;
const QUALITY: u8 = 82;

/// A picture as it is kept.
#[derive(Clone)]
pub struct Tidy {
    /// At most 1200 pixels a side, JPEG.
    pub large: Vec<u8>,
    /// At most 320 pixels a side, JPEG.
    pub small: Vec<u8>,
    /// Pixels of the large one.
    pub width: u32,
    /// Pixels of the large one.
    pub height: u32,
    /// 64 bits that stay nearly the same when the picture is scaled or stored anew.
    pub print: u64,
}

fn refuse(code: &'static str, words: impl Into<String>) -> Fail {
    Fail::field("picture", code, words)
}

/// Makes a picture fit to be kept, beside the threads that answer requests.
pub async fn tidy(bytes: Vec<u8>) -> Result<Tidy> {
    tokio::task::spawn_blocking(move || tidied(&bytes)).await.map_err(Fail::fault)?
}

fn tidied(bytes: &[u8]) -> Result<Tidy> {
    if bytes.len() > BYTES_MAX {
        return Err(refuse("picture.large", "图片不能超过 8 MB，请压缩后上传。"));
    }
    let broken = |_| refuse("picture.type", "读不出这张图片，请上传 JPG 或 PNG。");
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| Fail::Fault(e.to_string()))?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) =
        (Some(SIDE_MAX), Some(SIDE_MAX), Some(MEMORY_MAX));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (w, h) = decoder.dimensions();
    if w.min(h) < SIDE_MIN {
        return Err(refuse("picture.small", format!("图片太小（{w}×{h}），短边至少 {SIDE_MIN} 像素。")));
    }
    let upright = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(upright);
    let image = on_white(&image);
    let large = scaled(&image, LARGE);
    let small = scaled(&image, SMALL);
    Ok(Tidy {
        width: large.width(),
        height: large.height(),
        print: print(&small),
        large: jpeg(&large)?,
        small: jpeg(&small)?,
    })
}

/// See-through parts become white, as the page behind them is.
fn on_white(image: &DynamicImage) -> RgbImage {
    let mut out = RgbImage::new(image.width(), image.height());
    for (to, from) in out.pixels_mut().zip(image.to_rgba8().pixels()) {
        let [r, g, b, a] = from.0.map(u32::from);
        to.0 = [r, g, b].map(|c| ((c * a + 255 * (255 - a)) / 255) as u8);
    }
    out
}

fn scaled(image: &RgbImage, side: u32) -> RgbImage {
    let (w, h) = image.dimensions();
    if w.max(h) <= side {
        return image.clone();
    }
    let fit = |n: u32| (u64::from(n) * u64::from(side) / u64::from(w.max(h))).max(1) as u32;
    image::imageops::resize(image, fit(w), fit(h), FilterType::Triangle)
}

fn jpeg(image: &RgbImage) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).map_err(Fail::fault)?;
    Ok(out)
}

/// Is each of 8×8 fields brighter than its right neighbour?
fn print(image: &RgbImage) -> u64 {
    let grey = DynamicImage::ImageRgb8(image.clone()).to_luma8();
    let grid = image::imageops::resize(&grey, 9, 8, FilterType::Triangle);
    let bits = (0..8).flat_map(|y| (0..8).map(move |x| (x, y)));
    bits.fold(0, |all, (x, y)| all << 1 | u64::from(grid.get_pixel(x, y).0[0] > grid.get_pixel(x + 1, y).0[0]))
}

/// In how many of 64 bits two prints differ.
pub fn apart(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgb};

    /// Something like goods: a body with edges on a bright ground.
    fn drawn(seed: u32, w: u32, h: u32) -> DynamicImage {
        let field = |x: u32, y: u32| (seed.wrapping_mul(2_654_435_761) >> ((x * 5 + y * 3) % 24)) & 0xFF;
        DynamicImage::ImageRgb8(RgbImage::from_fn(w, h, |x, y| {
            let v = field(x * 6 / w, y * 6 / h) as u8;
            Rgb([v, v.wrapping_add(20), 255 - v])
        }))
    }

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn pictures_are_scaled_and_keep_their_print() {
        let wide = drawn(7, 2400, 1600);
        let (png, jpg) = (file(&wide, ImageFormat::Png), file(&drawn(7, 900, 600), ImageFormat::Jpeg));
        let (a, b) = (tidied(&png).unwrap(), tidied(&jpg).unwrap());
        assert_eq!((a.width, a.height), (1200, 800));
        assert_eq!((b.width, b.height), (900, 600), "never scaled up");
        assert!(apart(a.print, b.print) <= 4, "{}", apart(a.print, b.print));
        let other = tidied(&file(&drawn(99, 900, 600), ImageFormat::Png)).unwrap();
        assert!(apart(a.print, other.print) > 7, "{}", apart(a.print, other.print));
        assert_eq!(tidied(&png).unwrap().large, a.large, "the same picture becomes the same bytes");
    }

    #[test]
    fn what_the_file_says_beside_the_picture_is_gone() {
        let mut jpg = file(&drawn(3, 400, 300), ImageFormat::Jpeg);
        let exif = b"\xFF\xE1\x00\x18Exif\0\0II*\0\x08\0\0\0\0\0GPS here";
        jpg.splice(2..2, exif.iter().copied());
        let kept = tidied(&jpg).unwrap();
        for bytes in [&kept.large, &kept.small] {
            assert!(!bytes.windows(4).any(|w| w == b"Exif" || w == b"GPS "));
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let code = |bytes: &[u8]| match tidied(bytes) {
            Err(Fail::Refused(r)) => r.code,
            _ => "taken",
        };
        assert_eq!(code(b"<svg onload=alert(1)>"), "picture.type");
        assert_eq!(code(&file(&drawn(3, 100, 400), ImageFormat::Png)), "picture.small");
        assert_eq!(code(&vec![0; BYTES_MAX + 1]), "picture.large");
        let whole = file(&drawn(3, 400, 300), ImageFormat::Png);
        assert_eq!(code(&whole[..whole.len() / 2]), "picture.type");
        // A small file that says it is huge.
        let mut bomb = whole;
        bomb[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
        assert_eq!(code(&bomb), "picture.type");
    }
}
