//! Which library a name leads to, and what is said when it leads nowhere.

use crate::support::{Folder, by_path, store};
use kovacs_host::{HostErrorKind, Models, Place, PlaceKind};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

fn shipped() -> Models {
    Models::discover()
}

fn models(places: Vec<Place>) -> Models {
    Models::in_places(places).trusting(store())
}

#[test]
fn a_model_has_a_short_name_a_full_one_and_a_path() {
    let models = shipped();
    let aoi = models.load("aoi").unwrap();
    assert_eq!(aoi.id(), "org.kovacs.aoi");
    assert_eq!(models.load("org.kovacs.aoi").unwrap().path(), aoi.path());
    let path = aoi.path().to_str().unwrap();
    assert_eq!(models.load(path).unwrap().id(), "org.kovacs.aoi");
    assert_eq!(models.load(&format!("{path}#aoi")).unwrap().id(), "org.kovacs.aoi");
}

#[test]
fn a_hyphen_stands_for_an_underscore() {
    let folder = Folder::new();
    let Some(_) = folder.compile("maxwell_c", &[]) else { return };
    assert_eq!(folder.models().load("maxwell-c").unwrap().id(), "org.example.maxwell_c");
}

#[test]
fn an_unknown_model_is_answered_with_what_there_is_and_where_it_was_sought() {
    let (first, second, missing) = (Folder::new(), Folder::new(), Folder::new());
    let Some(_) = first.compile("maxwell_c", &[]) else { return };
    let broken = second.write("broken", b"not a library");
    let mut places = vec![first.place(PlaceKind::Named), second.place(PlaceKind::Built)];
    places.push(Place { kind: PlaceKind::Installed, path: missing.path().join("lib") });
    places.push(Place { kind: PlaceKind::Named, path: "plugins".into() });
    let error = models(places).load("tool-narayanaswamy").unwrap_err();
    assert!(matches!(error.kind(), HostErrorKind::UnknownModel { name, .. } if name == "tool-narayanaswamy"));
    let expected = format!(
        "there is no model `tool-narayanaswamy`; there are `org.example.maxwell_c`\n\
         searched, in this order:\n  \
           {}: 1 model library\n  \
           {}: 1 model library\n  \
           {}: does not exist\n  \
           plugins: ignored, because the path is relative\n\
         refused: `{}` is not a shared library of this platform: it begins with the text \"not a librar\"; a model is \
         built as a `cdylib` or with `cc -shared`\n\
         put its library (`libkovacs_model_tool_narayanaswamy.so` or similar) into one of these folders, or name its \
         folder in KOVACS_MODEL_PATH",
        first.path().display(),
        second.path().display(),
        missing.path().join("lib").display(),
        broken.display(),
    );
    let library = format!("libkovacs_model_tool_narayanaswamy{}", std::env::consts::DLL_SUFFIX);
    assert_eq!(error.to_string(), expected.replace("libkovacs_model_tool_narayanaswamy.so", &library));
}

#[test]
fn nothing_at_all_is_said_as_such() {
    let error = models(Vec::new()).load("aoi").unwrap_err();
    assert!(error.to_string().starts_with("there is no model `aoi`; no model was found at all\n"));
}

#[test]
fn a_broken_library_does_not_stop_the_others() {
    let folder = Folder::new();
    let Some(_) = folder.compile("maxwell_c", &[]) else { return };
    folder.write("a_broken_one", b"\x7fELF");
    let models = folder.models();
    assert_eq!(models.load("maxwell_c").unwrap().id(), "org.example.maxwell_c");
    let broken = &models.catalogue().broken;
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].path, folder.path_of("a_broken_one"));
    assert!(models.catalogue().to_string().contains(&format!("refused: {}", broken[0].error)));
}

#[test]
fn the_first_place_wins_and_the_other_is_listed_as_shadowed() {
    let (first, second) = (Folder::new(), Folder::new());
    let Some(used) = first.compile("maxwell_c", &["LATER_MINOR"]) else { return };
    let Some(shadowed) = second.compile("maxwell_c", &[]) else { return };
    let models = models(vec![first.place(PlaceKind::Named), second.place(PlaceKind::Named)]);
    assert_eq!(models.load("maxwell_c").unwrap().path(), used);
    let entries = &models.catalogue().entries;
    assert_eq!(entries.len(), 2);
    assert_eq!((entries[0].shadowed_by.as_ref(), entries[1].shadowed_by.as_ref()), (None, Some(&used)));
    assert_eq!(models.catalogue().models().count(), 1);
    let listing = models.catalogue().to_string();
    let expected =
        format!("shadowed: `org.example.maxwell_c` in {}, because {} comes first", shadowed.display(), used.display());
    assert!(listing.contains(&expected), "{listing}");
}

#[test]
fn the_same_model_twice_in_one_folder_is_nobodys_choice() {
    let folder = Folder::new();
    let Some(one) = folder.compile("maxwell_c", &[]) else { return };
    let Some(two) = folder.compile("maxwell_d", &["LATER_MINOR"]) else { return };
    let error = folder.models().load("maxwell_c").unwrap_err();
    let expected = format!(
        "model `org.example.maxwell_c` is in two libraries of the same folder, `{}` and `{}`; remove one of them",
        one.display(),
        two.display()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_library_with_several_models_asks_which() {
    let models = shipped();
    let linear = models.load("kww").unwrap();
    let path = linear.path().to_str().unwrap().to_owned();
    let ids = linear.siblings().map(|model| format!("`{}`", model.id)).collect::<Vec<_>>().join(", ");
    assert!(ids.starts_with("`org.kovacs.kww`, "), "{ids}");
    let several = models.load(&path).unwrap_err().to_string();
    assert_eq!(several, format!("library `{path}` has the models {ids}; say which one: `{path}#org.kovacs.kww`"));
    assert_eq!(models.load(&format!("{path}#prony")).unwrap().id(), "org.kovacs.prony");
    let absent = models.load(&format!("{path}#aoi")).unwrap_err().to_string();
    assert_eq!(absent, format!("library `{path}` has no model `aoi`; it has {ids}"));
}

#[test]
fn a_relative_path_is_not_followed() {
    let error = shipped().load("./libkovacs_model_aoi.so").unwrap_err();
    let expected = "path `./libkovacs_model_aoi.so` is relative; give the absolute path of the library, or the id of a \
                    model";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_place_can_be_a_library() {
    let folder = Folder::new();
    let Some(path) = folder.compile("maxwell_c", &[]) else { return };
    let elsewhere = folder.path().join("model.bin");
    fs::rename(path, &elsewhere).unwrap();
    assert!(folder.models().load("maxwell_c").is_err(), "the name of the file is not that of a model library");
    let place = Place { kind: PlaceKind::Named, path: elsewhere.clone() };
    assert_eq!(models(vec![place]).load("maxwell_c").unwrap().path(), elsewhere);
}

#[test]
fn the_same_content_is_opened_once_in_a_process() {
    let (first, second) = (Folder::new(), Folder::new());
    // Nobody else builds this content, so the log shows every call of the entry function.
    let Some(path) = first.compile("maxwell_c", &["ONLY_HERE"]) else { return };
    let copy = second.path_of("maxwell_c");
    fs::copy(&path, &copy).unwrap();
    let paths = [path, copy];
    let handles: Vec<_> = std::thread::scope(|scope| {
        let load = |index: usize| {
            let path = paths[index % 2].to_str().unwrap();
            scope.spawn(move || by_path().load(path).unwrap())
        };
        let threads: Vec<_> = (0..8).map(load).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(handles.iter().all(|handle| handle.log().len() == 1));
    assert_eq!((handles[0].path(), handles[1].path()), (paths[0].as_path(), paths[1].as_path()));
}

#[test]
fn a_rebuilt_library_is_other_code_and_the_old_one_goes_on() {
    let folder = Folder::new();
    let Some(_) = folder.compile("maxwell_c", &[]) else { return };
    let old = folder.models().load("maxwell_c").unwrap();
    folder.compile("maxwell_c", &["LATER_MINOR"]);
    let new = folder.models().load("maxwell_c").unwrap();
    assert_eq!(old.path(), new.path());
    assert_ne!(old.digest(), new.digest());
    assert!(old.instance(&[]).is_ok() && new.instance(&[]).is_ok());
}

#[test]
fn loose_permissions_are_judged_by_the_place() {
    let folder = Folder::new();
    let Some(path) = folder.compile("maxwell_c", &[]) else { return };
    let load = |kind| models(vec![folder.place(kind)]).load("maxwell_c");
    let warning = |mode: &str| format!("the file can be written by others (mode {mode}); run `chmod go-w` on it");

    fs::set_permissions(&path, Permissions::from_mode(0o775)).unwrap();
    assert_eq!(load(PlaceKind::Built).unwrap().warnings(), [warning("775")]);
    assert_eq!(load(PlaceKind::Named).unwrap().warnings(), [warning("775")]);
    assert!(load(PlaceKind::Installed).is_err());

    fs::set_permissions(&path, Permissions::from_mode(0o757)).unwrap();
    assert_eq!(load(PlaceKind::Built).unwrap().warnings(), [warning("757")]);
    assert!(load(PlaceKind::Named).is_err());

    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    assert!(load(PlaceKind::Installed).unwrap().warnings().is_empty());
}

#[test]
fn the_private_copy_is_the_users_own() {
    let folder = Folder::new();
    let Some(path) = folder.compile("maxwell_c", &[]) else { return };
    let handle = folder.models().load("maxwell_c").unwrap();
    // The original may go: what runs is the copy.
    fs::remove_file(&path).unwrap();
    assert!(handle.instance(&[]).is_ok());
}
